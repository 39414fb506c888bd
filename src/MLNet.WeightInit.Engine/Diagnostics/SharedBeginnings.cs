using System.Text.Json;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>The reasons of a plan in JSON. Where there are many, those of layers of different widths differ in their numbers alone: one that begins as an earlier one does is that one's number, how many of its characters are shared, and the rest.</summary>
internal static class SharedBeginnings
{
    /// <summary>Reasons up to which each is written out: such a report is small.</summary>
    const int FewReasons = 20;

    /// <summary>Characters that are worth a reference.</summary>
    const int FewestShared = 30;

    /// <param name="sharesBeginnings">False for a file that has room.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<string> reasons, bool sharesBeginnings)
    {
        var whole = new List<int>();
        json.WriteStartArray("reasons");
        for (int index = 0; index < reasons.Count; index++)
        {
            string reason = reasons[index];
            int best = whole.Count > 0 && sharesBeginnings && reasons.Count > FewReasons ? whole.MaxBy(other => Shared(reasons[other], reason)) : -1, shared = best < 0 ? 0 : Shared(reasons[best], reason);
            if (shared >= FewestShared)
            {
                json.WriteStartArray();
                json.WriteNumberValue(best);
                json.WriteNumberValue(shared);
                json.WriteStringValue(reason[shared..]);
                json.WriteEndArray();
                continue;
            }
            whole.Add(index);
            json.WriteStringValue(reason);
        }
        json.WriteEndArray();
    }

    /// <exception cref="InvalidDataException">An element is neither text nor a reference to an earlier one.</exception>
    public static string[] Read(IEnumerable<JsonElement> elements)
    {
        var reasons = new List<string>();
        foreach (JsonElement element in elements)
            reasons.Add(element.ValueKind == JsonValueKind.Array ? Join(element, reasons) : ReportJsonReader.Text(element, "reasons"));
        return [.. reasons];
    }

    static string Join(JsonElement reference, List<string> before)
    {
        JsonElement[] parts = [.. reference.EnumerateArray()];
        if (parts.Length != 3)
            throw ReportJsonReader.Invalid($"a reason that begins as another does must be its number, the characters shared and the rest, but is {reference.GetRawText()}");
        int other = ReportJsonReader.Integer(parts[0], "reasons"), shared = ReportJsonReader.Integer(parts[1], "reasons");
        if ((uint)other >= (uint)before.Count || (uint)shared > (uint)before[other].Length)
            throw ReportJsonReader.Invalid($"a reason begins with {shared} characters of reason {other}, which aren't there");
        return before[other][..shared] + ReportJsonReader.Text(parts[2], "reasons");
    }

    /// <summary>Whole characters: a pair of surrogates isn't torn.</summary>
    static int Shared(string left, string right)
    {
        int length = left.AsSpan().CommonPrefixLength(right);
        return length > 0 && char.IsHighSurrogate(left[length - 1]) ? length - 1 : length;
    }
}
