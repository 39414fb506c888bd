using System.IO.Compression;
using Microsoft.ML;

namespace MLNet.WeightInit.Tests.Support;

/// <summary>Saved models as bytes and entries.</summary>
internal static class ModelZip
{
    public static byte[] Save(MLContext context, ITransformer model, DataViewSchema schema)
    {
        using var stream = new MemoryStream();
        context.Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    public static ITransformer Load(MLContext context, byte[] zip)
    {
        using var stream = new MemoryStream(zip);
        return context.Model.Load(stream, out _);
    }

    /// <summary>Every entry's content by name. ML.NET stamps entries with the time, so whole zips differ.</summary>
    public static SortedDictionary<string, byte[]> Entries(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        var entries = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            entries[entry.FullName] = copy.ToArray();
        }
        return entries;
    }
}
