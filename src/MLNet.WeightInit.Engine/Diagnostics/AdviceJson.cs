using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>The level and the advice on the learning rate in a report's JSON: absent from a report of the usual level.</summary>
internal static class AdviceJson
{
    const string Level = "diagnostics", Advice = "learningRateAdvice";

    public static void Write(Utf8JsonWriter json, InitializationReport report)
    {
        if (report.Level != DiagnosticsLevel.Summary)
            json.WriteString(Level, report.Level.ToString());
        if (report.LearningRateAdvice is not { } advice)
            return;
        json.WriteStartObject(Advice);
        Number("curvature", advice.Curvature);
        json.WriteString("curvatureReason", advice.CurvatureReason);
        Number("stabilityBound", advice.StabilityBound);
        Number("largestStableRate", advice.LargestStableRate);
        Number("divergenceRate", advice.DivergenceRate);
        json.WriteString("largestStableReason", advice.LargestStableReason);
        json.WriteNumber("trialSteps", advice.TrialSteps);
        Number("proposedRate", advice.ProposedRate);
        json.WriteString("proposedRateReason", advice.ProposedRateReason);
        if (!double.IsNaN(advice.ProposedLoss))
        {
            Number("proposedLoss", advice.ProposedLoss);
            Number("askedLoss", advice.AskedLoss);
            json.WriteNumber("comparedSteps", advice.ComparedSteps);
        }
        json.WriteNumber("proposedWarmUpSteps", advice.ProposedWarmUpSteps);
        json.WriteString("proposedWarmUpReason", advice.ProposedWarmUpReason);
        json.WriteEndObject();

        void Number(string name, double value) => JsonNumbers.Write(json, name, value);
    }

    public static DiagnosticsLevel ReadLevel(JsonElement root)
        => root.TryGetProperty(Level, out JsonElement level) ? ReportJsonReader.Name<DiagnosticsLevel>(level, Level) : DiagnosticsLevel.Summary;

    public static LearningRateAdvice? Read(JsonElement root)
    {
        if (!root.TryGetProperty(Advice, out JsonElement advice))
            return null;
        return new LearningRateAdvice
        {
            Curvature = Number("curvature"),
            CurvatureReason = Text("curvatureReason"),
            StabilityBound = Number("stabilityBound"),
            LargestStableRate = Number("largestStableRate"),
            DivergenceRate = Number("divergenceRate"),
            LargestStableReason = Text("largestStableReason"),
            TrialSteps = Integer("trialSteps"),
            ProposedRate = Number("proposedRate"),
            ProposedRateReason = Text("proposedRateReason"),
            ProposedLoss = Optional("proposedLoss"),
            AskedLoss = Optional("askedLoss"),
            ComparedSteps = advice.TryGetProperty("comparedSteps", out _) ? Integer("comparedSteps") : 0,
            ProposedWarmUpSteps = Integer("proposedWarmUpSteps"),
            ProposedWarmUpReason = Text("proposedWarmUpReason"),
        };

        double Number(string name) => ReportJsonReader.Number(ReportJsonReader.Member(advice, name), $"{Advice}.{name}");
        double Optional(string name) => advice.TryGetProperty(name, out JsonElement value) ? ReportJsonReader.Number(value, $"{Advice}.{name}") : double.NaN;
        int Integer(string name) => ReportJsonReader.Integer(ReportJsonReader.Member(advice, name), $"{Advice}.{name}");
        string Text(string name) => ReportJsonReader.Text(ReportJsonReader.Member(advice, name), $"{Advice}.{name}");
    }
}
