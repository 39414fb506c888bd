using System.Text.Json;
using MLNet.WeightInit.Engine.Diagnostics.Findings;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Draws of the weights and effects of remedies: in a report's text and JSON.</summary>
internal static class ReportDraws
{
    const string Name = "draws", Judged = "judged", Effects = "effects";

    /// <summary>A sentence with a blank before it; empty without draws.</summary>
    public static string Sentence(InitializationReport report)
    {
        if (report.Draws is not { } draws)
            return "";
        string figures = string.Concat(draws.Figures.Select(figure => $"; {figure.Name} {JudgedFigures.Text(figure.Name, figure.Lowest)} to {JudgedFigures.Text(figure.Name, figure.Highest)}"));
        return $" Of {draws.Count} draws of the weights {draws.Verdicts.Count(verdict => verdict == draws.Verdicts[0])} give this verdict{figures}.";
    }

    /// <summary><c>init: "He" (gradient ratio 4.0e-5 -> 0.901)</c>.</summary>
    public static string WithEffect(Remedy remedy) => remedy.Effect is { } effect ? $"{remedy.Code} ({effect})" : remedy.Code;

    /// <summary><c>Try init: "He" (gradient ratio 4.0e-5 -> 0.901) or …</c>, and what was tried in memory and doesn't help; empty without remedies.</summary>
    public static IEnumerable<string> Advice(IReadOnlyList<Remedy> remedies)
    {
        if (Helpful(remedies) is { Length: > 0 } helpful)
            yield return $"Try {string.Join("  or  ", helpful.Select(WithEffect))}";
        if (remedies.Except(Helpful(remedies)).ToArray() is { Length: > 0 } futile)
            yield return $"Tried in memory, without help: {string.Join(", ", futile.Select(WithEffect))}";
    }

    /// <summary>All but those that were tried out and don't help.</summary>
    public static Remedy[] Helpful(IReadOnlyList<Remedy> remedies) => [.. remedies.Where(remedy => remedy.Effect?.Helps != false)];

    public static void Write(Utf8JsonWriter json, InitializationReport report)
    {
        if (report.Draws is not { } draws)
            return;
        json.WriteStartObject(Name);
        json.WriteStartArray("verdicts");
        foreach (Verdict verdict in draws.Verdicts)
            json.WriteStringValue(verdict.ToString());
        json.WriteEndArray();
        json.WriteStartArray("figures");
        foreach (DrawnFigure figure in draws.Figures)
        {
            json.WriteStartObject();
            json.WriteString("figure", figure.Name);
            WriteNumber(json, "lowest", figure.Lowest);
            WriteNumber(json, "median", figure.Median);
            WriteNumber(json, "highest", figure.Highest);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static WeightDraws? Read(JsonElement root) => !root.TryGetProperty(Name, out JsonElement draws) ? null : Whole(() => new WeightDraws(
        [.. draws.GetProperty("verdicts").EnumerateArray().Select(ReadVerdict)],
        [.. draws.GetProperty("figures").EnumerateArray().Select(figure => new DrawnFigure(figure.GetProperty("figure").GetString()!, ReadNumber(figure, "lowest"), ReadNumber(figure, "median"), ReadNumber(figure, "highest")))]));

    /// <summary>What a finding judged, and a row a remedy where any was measured: beside the codes, which older versions read.</summary>
    public static void WriteFinding(Utf8JsonWriter json, Finding finding)
    {
        if (finding.Judged is { } judged)
        {
            json.WriteStartObject(Judged);
            json.WriteString("figure", judged.Name);
            WriteNumber(json, "value", judged.Value);
            json.WriteEndObject();
        }
        if (finding.Remedies.All(remedy => remedy.Effect is null))
            return;
        json.WriteStartArray(Effects);
        foreach (Remedy remedy in finding.Remedies)
        {
            if (remedy.Effect is not { } effect)
            {
                json.WriteNullValue();
                continue;
            }
            json.WriteStartObject();
            json.WriteString("figure", effect.Figure);
            WriteNumber(json, "before", effect.Before);
            WriteNumber(json, "after", effect.After);
            json.WriteString("verdict", effect.Verdict.ToString());
            json.WriteBoolean("helps", effect.Helps);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static Finding ReadFinding(JsonElement element, Finding finding) => Whole(() => ReadParts(element, finding));

    static Finding ReadParts(JsonElement element, Finding finding)
    {
        Finding read = finding with { Judged = element.TryGetProperty(Judged, out JsonElement judged) ? new JudgedFigure(judged.GetProperty("figure").GetString()!, ReadNumber(judged, "value")) : null };
        if (!element.TryGetProperty(Effects, out JsonElement effects))
            return read;
        RemedyEffect?[] measured = [.. effects.EnumerateArray().Select(effect => effect.ValueKind == JsonValueKind.Null ? null
            : new RemedyEffect(effect.GetProperty("figure").GetString()!, ReadNumber(effect, "before"), ReadNumber(effect, "after"), ReadVerdict(effect.GetProperty("verdict")), !effect.TryGetProperty("helps", out JsonElement helps) || helps.GetBoolean()))];
        return read with { Remedies = [.. finding.Remedies.Select((remedy, i) => remedy with { Effect = i < measured.Length ? measured[i] : null })] };
    }

    static T Whole<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException("The initialization report is not valid: a part of its findings or draws is missing or of another kind. The model file is damaged; save the model again.", exception);
        }
    }

    static Verdict ReadVerdict(JsonElement element)
        => Enum.TryParse(element.GetString(), out Verdict verdict) ? verdict : throw new InvalidDataException($"The initialization report is not valid: it names the verdict '{element.GetString()}'. The model file is damaged; save the model again.");

    static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteString(name, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    static double ReadNumber(JsonElement element, string name) => element.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : element.GetProperty(name).GetString() switch
    {
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => double.NaN,
    };
}
