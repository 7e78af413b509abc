using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using PodMetadata.Api.Listings;

namespace PodMetadata.Api.Hosting;

/// <summary>Compresses responses for clients that accept it, and decompresses the bodies of requests.</summary>
internal static class Compression
{
    /// <summary>Adds Brotli and gzip, each at its fastest: a list of pods shrinks to a tenth, and higher levels are not worth their time.</summary>
    public static IServiceCollection AddPodCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true; // who can write may also read everything, so lengths reveal nothing
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, NdJson.MediaType];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        services.AddRequestDecompression();
        return services;
    }
}
