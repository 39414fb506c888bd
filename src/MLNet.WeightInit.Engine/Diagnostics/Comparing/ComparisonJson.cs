using System.Buffers;
using System.Text;
using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics.Comparing;

/// <summary>Writes a comparison as JSON, by hand: the order is stable and no reflection is needed.</summary>
internal static class ComparisonJson
{
    public static string Write(InitializationComparison comparison)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonNumbers.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", InitializationComparison.SchemaVersion);
            json.WriteString("best", comparison.Ranking[0].Initializer);
            json.WriteString("optimizer", comparison.Optimizer);
            Write(json, "learningRate", comparison.LearningRate);
            json.WriteString("loss", comparison.Loss);
            json.WriteString("metric", comparison.Metric);
            json.WriteBoolean("higherMetricIsBetter", comparison.HigherMetricIsBetter);
            json.WriteNumber("firstSeed", comparison.FirstSeed);
            json.WriteNumber("seeds", comparison.Seeds);
            json.WriteNumber("steps", comparison.Steps);
            json.WriteNumber("trainingRows", comparison.TrainingRows);
            json.WriteNumber("heldOutRows", comparison.HeldOutRows);
            Write(json, "bestConstantLoss", comparison.BestConstantLoss);
            Write(json, "targetLoss", comparison.TargetLoss);
            Write(json, "confidence", comparison.Confidence);
            json.WriteString("method", comparison.Method.ToString());
            json.WriteString("coverage", comparison.Coverage);
            json.WriteNumber("sweepSeeds", comparison.SweepSeeds);
            json.WriteStartArray("learningRates");
            foreach (float rate in comparison.LearningRates)
                json.WriteNumberValue(rate);
            json.WriteEndArray();
            json.WriteStartArray("evaluatedSteps");
            foreach (int step in comparison.EvaluatedSteps)
                json.WriteNumberValue(step);
            json.WriteEndArray();
            json.WriteStartArray("candidates");
            foreach (CandidateResult candidate in comparison.Candidates)
                Write(json, candidate);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Write(Utf8JsonWriter json, CandidateResult candidate)
    {
        json.WriteStartObject();
        json.WriteString("initializer", candidate.Initializer);
        json.WriteNumber("rank", candidate.Rank);
        json.WriteNumber("costRank", candidate.CostRank);
        Write(json, "heldOutLoss", candidate.HeldOutLoss);
        Write(json, "deviation", candidate.Deviation);
        Write(json, "metric", candidate.Metric);
        Write(json, "gap", candidate.Gap);
        Write(json, "lossDifference", candidate.LossDifference);
        Write(json, "metricDifference", candidate.MetricDifference);
        Write(json, "pValue", candidate.PValue);
        Write(json, "adjustedPValue", candidate.AdjustedPValue);
        Write(json, "reachedShare", candidate.ReachedShare);
        Write(json, "stepsToTarget", candidate.StepsToTarget);
        Write(json, "stepsDifference", candidate.StepsDifference);
        Write(json, "learningRateDecades", candidate.LearningRateDecades);
        Write(json, "failedShare", candidate.FailedShare);
        Write(json, "calibrationOperations", candidate.CalibrationOperations);
        Write(json, "operationsToTarget", candidate.OperationsToTarget);
        Write(json, "trials", candidate.Trials);
        Write(json, "sweep", candidate.Sweep);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, IReadOnlyList<ComparisonTrial> trials)
    {
        json.WriteStartArray(name);
        foreach (ComparisonTrial trial in trials)
        {
            json.WriteStartObject();
            json.WriteNumber("seed", trial.Seed);
            Write(json, "learningRate", trial.LearningRate);
            json.WriteString("verdict", trial.Verdict.ToString());
            Write(json, "heldOutLoss", trial.HeldOutLoss);
            Write(json, "trainingLoss", trial.TrainingLoss);
            Write(json, "metric", trial.Metric);
            Write(json, "stepsToTarget", trial.StepsToTarget);
            json.WriteBoolean("hasFailed", trial.HasFailed);
            json.WriteStartArray("heldOutLosses");
            foreach (double loss in trial.HeldOutLosses)
                JsonNumbers.Write(json, loss);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, string name, IntervalEstimate? estimate)
    {
        json.WritePropertyName(name);
        if (estimate is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        Write(json, "value", estimate.Value);
        Write(json, "lower", estimate.Lower);
        Write(json, "upper", estimate.Upper);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string name, double? value) => JsonNumbers.Write(json, name, value);

    static void Write(Utf8JsonWriter json, string name, float value) => JsonNumbers.Write(json, name, value);
}
