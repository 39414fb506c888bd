using System.Text;
using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>What keys and slots meant in the training data, as JSON: <c>[{"column": "classes of 'Species'", "keys": true, "names": "setosa, versicolor"}]</c>.</summary>
internal static class ColumnsJson
{
    public static string Write(IReadOnlyList<ColumnMeaning> columns)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonNumbers.Options))
        {
            json.WriteStartArray();
            foreach (ColumnMeaning column in columns)
            {
                json.WriteStartObject();
                json.WriteString("column", column.Column);
                json.WriteBoolean("keys", column.AreKeys);
                json.WriteString("names", column.Names);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <exception cref="InvalidDataException">It is not such a text.</exception>
    public static IReadOnlyList<ColumnMeaning> Read(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(column => new ColumnMeaning(column.GetProperty("column").GetString()!, column.GetProperty("names").GetString()!, column.GetProperty("keys").GetBoolean()))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException("The model's list of column names is no valid JSON: the file is damaged.", exception);
        }
    }
}
