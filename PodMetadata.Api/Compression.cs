using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using PodMetadata.Api.Controllers;

namespace PodMetadata.Api;

/// <summary>Compresses answers for clients that ask for it.</summary>
internal static class Compression
{
    /// <summary>Adds Brotli and gzip, each at its fastest: a list of pods is a tenth of its size, and the rest is not worth its time.</summary>
    public static IServiceCollection AddPodCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true; // who can write may read all: lengths tell nothing new
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, NdJson.MediaType];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        return services;
    }
}
