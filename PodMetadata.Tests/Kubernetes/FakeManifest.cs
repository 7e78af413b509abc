using System.Buffers;
using System.Text;
using System.Text.Json;

namespace PodMetadata.Tests.Kubernetes;

/// <summary>An object's JSON as a client sent it, in the parts that the server sets and those that it keeps byte for byte.</summary>
internal sealed class FakeManifest
{
    private readonly byte[] json;
    private readonly List<Range> metadata = [];
    private readonly List<Range> rest = [];

    public FakeManifest(byte[] json)
    {
        this.json = json;
        Utf8JsonReader reader = new(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int start = (int)reader.TokenStartIndex;
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "kind": Kind = reader.GetString()!; break;
                case "apiVersion": break;
                case "metadata": ReadMetadata(ref reader); break;
                default: Keep(rest, start, ref reader); break;
            }
        }
    }

    public string Kind { get; } = "";

    public string Namespace { get; private set; } = "";

    public string Name { get; private set; } = "";

    public string? Uid { get; private set; }

    public string? Created { get; private set; }

    /// <summary>The JSON without kind and apiVersion, as in lists.</summary>
    public byte[] ToJson(string uid, string created, long version)
    {
        ArrayBufferWriter<byte> output = new(json.Length + 256);
        Write(output, """{"metadata":{""");
        foreach (Range member in metadata)
        {
            output.Write(json.AsSpan(member));
            Write(output, ",");
        }

        string place = Namespace.Length == 0 ? "" : $"\"namespace\":\"{Namespace}\",";
        Write(output, $$"""{{place}}"name":"{{Name}}","uid":"{{uid}}","resourceVersion":"{{version}}","creationTimestamp":"{{created}}"}""");
        foreach (Range member in rest)
        {
            Write(output, ",");
            output.Write(json.AsSpan(member));
        }

        Write(output, "}");
        return output.WrittenSpan.ToArray();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int start = (int)reader.TokenStartIndex;
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "name": Name = reader.GetString()!; break;
                case "namespace": Namespace = reader.GetString()!; break;
                case "uid": Uid = reader.GetString(); break;
                case "creationTimestamp": Created = reader.GetString(); break;
                case "resourceVersion": break;
                default: Keep(metadata, start, ref reader); break;
            }
        }
    }

    private static void Keep(List<Range> members, int start, ref Utf8JsonReader reader)
    {
        reader.Skip();
        members.Add(start..(int)reader.BytesConsumed);
    }

    private static void Write(ArrayBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
