using System.Text.Json;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Findings in a report's JSON: the figure that each judged and the effects of its remedies are members of their own, beside the codes, which older versions read.</summary>
internal static class FindingsJson
{
    const string Member = "findings", Judged = "judged", Effects = "effects";

    public static void Write(Utf8JsonWriter json, IReadOnlyList<Finding> findings)
    {
        json.WriteStartArray(Member);
        foreach (Finding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("verdict", finding.Verdict.ToString());
            json.WriteString("severity", finding.Severity.ToString());
            json.WriteNumber("firstLayer", finding.FirstLayer);
            json.WriteNumber("lastLayer", finding.LastLayer);
            json.WriteString("evidence", finding.Evidence);
            json.WriteStartArray("remedies");
            foreach (Remedy remedy in finding.Remedies)
                json.WriteStringValue(remedy.Code);
            json.WriteEndArray();
            WriteJudged(json, finding.Judged);
            WriteEffects(json, finding.Remedies);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static Finding[] Read(JsonElement root) => [.. ReportJsonReader.Elements(ReportJsonReader.Member(root, Member), Member).Select(ReadFinding)];

    static void WriteJudged(Utf8JsonWriter json, JudgedFigure? judged)
    {
        if (judged is null)
            return;
        json.WriteStartObject(Judged);
        json.WriteString("figure", judged.Name);
        JsonNumbers.Write(json, "value", judged.Value);
        json.WriteEndObject();
    }

    /// <summary>A row a remedy, null for one that wasn't tried; nothing where none was.</summary>
    static void WriteEffects(Utf8JsonWriter json, IReadOnlyList<Remedy> remedies)
    {
        if (remedies.All(remedy => remedy.Effect is null))
            return;
        json.WriteStartArray(Effects);
        foreach (Remedy remedy in remedies)
        {
            if (remedy.Effect is not { } effect)
            {
                json.WriteNullValue();
                continue;
            }
            json.WriteStartObject();
            json.WriteString("figure", effect.Figure);
            JsonNumbers.Write(json, "before", effect.Before);
            JsonNumbers.Write(json, "after", effect.After);
            json.WriteString("verdict", effect.Verdict.ToString());
            json.WriteBoolean("helps", effect.Helps);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static Finding ReadFinding(JsonElement finding)
    {
        string[] codes = [.. ReportJsonReader.Elements(ReportJsonReader.Member(finding, "remedies"), "findings.remedies").Select(item => ReportJsonReader.Text(item, "findings.remedies"))];
        RemedyEffect?[] effects = finding.TryGetProperty(Effects, out JsonElement measured) ? [.. ReportJsonReader.Elements(measured, "findings.effects").Select(ReadEffect)] : [];
        return new Finding(
            ReportJsonReader.Name<Verdict>(ReportJsonReader.Member(finding, "verdict"), "findings.verdict"),
            ReportJsonReader.Name<Severity>(ReportJsonReader.Member(finding, "severity"), "findings.severity"),
            ReportJsonReader.Integer(ReportJsonReader.Member(finding, "firstLayer"), "findings.firstLayer"),
            ReportJsonReader.Integer(ReportJsonReader.Member(finding, "lastLayer"), "findings.lastLayer"),
            ReportJsonReader.Text(ReportJsonReader.Member(finding, "evidence"), "findings.evidence"),
            codes)
        {
            Remedies = [.. codes.Select((code, i) => new Remedy(code) { Effect = i < effects.Length ? effects[i] : null })],
            Judged = finding.TryGetProperty(Judged, out JsonElement judged) ? new JudgedFigure(Figure(judged), ReportJsonReader.Number(ReportJsonReader.Member(judged, "value"), "findings.judged.value")) : null,
        };
    }

    static RemedyEffect? ReadEffect(JsonElement effect)
    {
        if (effect.ValueKind == JsonValueKind.Null)
            return null;
        return new RemedyEffect(Figure(effect), Number("before"), Number("after"), ReportJsonReader.Name<Verdict>(ReportJsonReader.Member(effect, "verdict"), "findings.effects.verdict"), helps: !effect.TryGetProperty("helps", out JsonElement helps) || helps.ValueKind != JsonValueKind.False);

        double Number(string name) => ReportJsonReader.Number(ReportJsonReader.Member(effect, name), $"findings.effects.{name}");
    }

    static string Figure(JsonElement element) => ReportJsonReader.Text(ReportJsonReader.Member(element, "figure"), "findings.figure");
}
