using System.Text.Encodings.Web;
using System.Text.Json;

namespace MLNet.WeightInit.Engine.Text;

/// <summary>Numbers in JSON, which has no NaN and no infinity: these are the strings <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c>.</summary>
internal static class JsonNumbers
{
    /// <summary>Text that people read: only what JSON needs is escaped.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    /// <summary>The shortest text that reads back as the same Single.</summary>
    public static void Write(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            Write(json, (double)value);
    }

    /// <summary>As a member of the object that is being written; null where there is no value.</summary>
    public static void Write(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        if (value is { } number)
            Write(json, number);
        else
            json.WriteNullValue();
    }

    /// <inheritdoc cref="Write(Utf8JsonWriter, float)"/>
    public static void Write(Utf8JsonWriter json, string name, float value)
    {
        json.WritePropertyName(name);
        Write(json, value);
    }

    /// <returns>Null where the element is no number.</returns>
    public static double? Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.String => element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => null,
        },
        _ => null,
    };
}
