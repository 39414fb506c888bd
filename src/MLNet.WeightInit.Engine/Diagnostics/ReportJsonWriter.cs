using System.Buffers;
using System.Text;
using System.Text.Json;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Writes a report as JSON, by hand: the order is stable and no reflection is needed.</summary>
/// <remarks>The plan and the layers are tables (column names once, then rows) and equal reasons are written once, which keeps 100 layers under 64 KB.</remarks>
internal static class ReportJsonWriter
{
    public static string Write(InitializationReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonNumbers.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", InitializationReport.SchemaVersion);
            json.WriteString("verdict", report.Verdict.ToString());
            json.WriteNumber("seed", report.Seed);
            json.WriteString("optimizer", report.Optimizer);
            JsonNumbers.Write(json, "learningRate", report.LearningRate);
            json.WriteString("loss", report.Loss);
            json.WriteNumber("probeRows", report.ProbeRows);
            if (report.ProbeHash is { } hash)
                json.WriteString(ReportJsonSchema.ProbeHash, hash);
            JsonNumbers.Write(json, "initialLoss", report.InitialLoss);
            JsonNumbers.Write(json, "priorLoss", report.PriorLoss);
            if (report.Forecast is { } forecast)
                WriteForecast(json, forecast, report.Reliability);
            if (report.Trial is { } trial)
                StartTrial.Write(json, trial);
            FindingsJson.Write(json, report.Findings);
            WeightDrawsJson.Write(json, report);
            WritePlan(json, report.Plan, hasHashes: false);
            WriteLayers(json, report.Layers);
            if (report.Embeddings.Count > 0)
                WriteEmbeddings(json, report.Embeddings);
            if (report.Theory is not null)
                NetworkTheoryJson.Write(json, report.Theory);
            AdviceJson.Write(json, report);
            DetailsJson.Write(json, report.Details);
            EarlyTrainingJson.Write(json, report);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The plan alone, with the seed: what a network starts from, for who fills one elsewhere.</summary>
    /// <remarks>Only this has the tensors' hashes, which would take a tenth of what a whole report may.</remarks>
    public static string WritePlan(InitializationReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonNumbers.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", InitializationReport.SchemaVersion);
            json.WriteNumber("seed", report.Seed);
            WritePlan(json, report.Plan, report.Plan.Any(row => row.Sha256 is not null));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static void WriteForecast(Utf8JsonWriter json, TrainabilityForecast forecast, VerdictReliability? reliability = null)
    {
        json.WriteStartObject(ReportJsonSchema.Forecast);
        JsonNumbers.Write(json, "probability", forecast.Probability);
        json.WriteNumber("steps", forecast.Steps);
        if (reliability is { } rates)
        {
            JsonNumbers.Write(json, "missRate", SignificantDigits.Round(rates.MissRate));
            JsonNumbers.Write(json, "falseAlarmRate", SignificantDigits.Round(rates.FalseAlarmRate));
        }
        json.WriteEndObject();
    }

    static void WritePlan(Utf8JsonWriter json, IReadOnlyList<TensorPlan> plan, bool hasHashes)
    {
        List<string> reasons = plan.Select(row => row.Reason).Distinct(StringComparer.Ordinal).ToList();
        SharedBeginnings.Write(json, reasons, sharesBeginnings: !hasHashes);

        bool hasDropout = plan.Any(row => row.Shape.InputDropout != 0), hasNormalization = plan.Any(row => row.Shape.IsNormalized), hasBlocks = plan.Any(row => row.Shape.BranchDepth != 0), hasVersions = plan.Any(row => row.InitializerVersion != 1), hasRates = plan.Any(row => row.LearningRateMultiplier != 1);
        List<string> columns = [.. ReportJsonSchema.PlanColumns];
        if (hasDropout)
            columns.Add(ReportJsonSchema.InputDropout);
        if (hasNormalization)
            columns.Add(ReportJsonSchema.Normalized);
        if (hasBlocks)
            columns.AddRange([ReportJsonSchema.ResidualBranches, ReportJsonSchema.BranchDepth, ReportJsonSchema.BranchLayer]);
        if (hasVersions)
            columns.Add(ReportJsonSchema.InitializerVersion);
        if (hasRates)
            columns.Add(ReportJsonSchema.LearningRateMultiplier);
        if (hasHashes)
            columns.Add(ReportJsonSchema.Hash);
        WriteTable(json, "plan", columns, plan, row =>
        {
            json.WriteStringValue(row.Tensor);
            json.WriteNumberValue(row.Shape.FanIn);
            json.WriteNumberValue(row.Shape.FanOut);
            json.WriteNumberValue(row.Shape.Rows);
            json.WriteNumberValue(row.Shape.Columns);
            json.WriteNumberValue(row.Shape.LayerIndex);
            json.WriteNumberValue(row.Shape.Depth);
            json.WriteStringValue(row.Shape.Role.ToString());
            json.WriteStringValue(row.Shape.Activation);
            json.WriteNumberValue(row.Shape.KernelSize);
            json.WriteStringValue(row.Initializer);
            if (row.TargetDeviation is double deviation)
                JsonNumbers.Write(json, deviation);
            else
                json.WriteNullValue();
            json.WriteStringValue(row.Stream);
            json.WriteNumberValue(reasons.IndexOf(row.Reason));
            if (hasDropout)
                json.WriteNumberValue(row.Shape.InputDropout);
            if (hasNormalization)
                json.WriteNumberValue(row.Shape.IsNormalized ? 1 : 0);
            if (hasBlocks)
            {
                json.WriteNumberValue(row.Shape.ResidualBranches);
                json.WriteNumberValue(row.Shape.BranchDepth);
                json.WriteNumberValue(row.Shape.BranchLayer);
            }
            if (hasVersions)
                json.WriteNumberValue(row.InitializerVersion);
            if (hasRates)
                json.WriteNumberValue(row.LearningRateMultiplier);
            if (hasHashes)
                json.WriteStringValue(row.Sha256);
        });
    }

    static void WriteLayers(Utf8JsonWriter json, IReadOnlyList<LayerStatistics> layers)
        => WriteTable(json, "layers", ReportJsonSchema.LayerColumns, layers, layer =>
        {
            json.WriteStringValue(layer.Layer);
            json.WriteStringValue(layer.Activation);
            json.WriteNumberValue(layer.Inputs);
            json.WriteNumberValue(layer.Outputs);
            JsonNumbers.Write(json, layer.PreActivationMean);
            JsonNumbers.Write(json, layer.PreActivationDeviation);
            JsonNumbers.Write(json, layer.PredictedDeviation);
            JsonNumbers.Write(json, layer.OutputMean);
            JsonNumbers.Write(json, layer.OutputDeviation);
            JsonNumbers.Write(json, layer.ZeroFraction);
            JsonNumbers.Write(json, layer.SaturatedFraction);
            JsonNumbers.Write(json, layer.DeadFraction);
            JsonNumbers.Write(json, layer.PredictedDeadFraction);
            JsonNumbers.Write(json, layer.PreActivationGradientNorm);
            JsonNumbers.Write(json, layer.PredictedGradientNorm);
            JsonNumbers.Write(json, layer.WeightGradientNorm);
            JsonNumbers.Write(json, layer.WeightDeviation);
            JsonNumbers.Write(json, layer.IdenticalFraction);
            JsonNumbers.Write(json, layer.ParallelFraction);
        });

    static void WriteEmbeddings(Utf8JsonWriter json, IReadOnlyList<EmbeddingStatistics> embeddings)
        => WriteTable(json, ReportJsonSchema.Embeddings, ReportJsonSchema.EmbeddingColumns, embeddings, embedding =>
        {
            json.WriteStringValue(embedding.Embedding);
            json.WriteNumberValue(embedding.Rows);
            json.WriteNumberValue(embedding.Dimensions);
            json.WriteNumberValue(embedding.Seen);
            JsonNumbers.Write(json, embedding.Deviation);
            JsonNumbers.Write(json, embedding.PredictedDeviation);
            JsonNumbers.Write(json, embedding.GradientNorm);
        });

    internal static void WriteTable<TRow>(Utf8JsonWriter json, string name, IReadOnlyList<string> columns, IReadOnlyList<TRow> rows, Action<TRow> writeCells)
    {
        json.WriteStartObject(name);
        json.WriteStartArray("columns");
        foreach (string column in columns)
            json.WriteStringValue(column);
        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (TRow row in rows)
        {
            json.WriteStartArray();
            writeCells(row);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
