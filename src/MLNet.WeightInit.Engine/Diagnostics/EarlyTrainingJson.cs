using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>What training did, in a report's JSON: absent where nothing was trained or recorded.</summary>
internal static class EarlyTrainingJson
{
    const string Member = "earlyTraining", Steps = "steps", RatioSteps = "ratioSteps", Layers = "layers";
    const string Loss = "loss", GradientNorm = "gradientNorm", Layer = "layer", Movement = "movement", UpdateRatios = "updateRatios";
    const string ZeroBefore = "zeroFractionBefore", Zero = "zeroFraction", DeadBefore = "deadFractionBefore", Dead = "deadFraction", SaturatedBefore = "saturatedFractionBefore", Saturated = "saturatedFraction";

    static readonly string[] s_stepColumns = [Loss, GradientNorm];
    static readonly string[] s_layerColumns = [Layer, Movement, Zero, Dead, Saturated, UpdateRatios], s_beforeColumns = [ZeroBefore, DeadBefore, SaturatedBefore];

    public static void Write(Utf8JsonWriter json, InitializationReport report)
    {
        if (report.EarlyTraining is not { } trained)
            return;
        json.WriteStartObject(Member);
        ReportJsonWriter.WriteTable(json, Steps, s_stepColumns, trained.Steps, step =>
        {
            JsonNumbers.Write(json, step.Loss);
            JsonNumbers.Write(json, step.GradientNorm);
        });
        json.WriteStartArray(RatioSteps);
        foreach (int step in trained.RatioSteps)
            json.WriteNumberValue(step);
        json.WriteEndArray();
        bool hasOwnStart = !trained.Layers.Select(Before).SequenceEqual(trained.Layers.Select((_, index) => Before(report.Layers, index)));
        ReportJsonWriter.WriteTable(json, Layers, hasOwnStart ? [.. s_layerColumns, .. s_beforeColumns] : s_layerColumns, trained.Layers, layer =>
        {
            json.WriteStringValue(layer.Layer);
            foreach (double figure in (double[])[layer.Movement, layer.ZeroFraction, layer.DeadFraction, layer.SaturatedFraction])
                JsonNumbers.Write(json, figure);
            json.WriteStartArray();
            foreach (double ratio in layer.UpdateRatios)
                JsonNumbers.Write(json, ratio);
            json.WriteEndArray();
            if (!hasOwnStart)
                return;
            foreach (double figure in (double[])[layer.ZeroFractionBefore, layer.DeadFractionBefore, layer.SaturatedFractionBefore])
                JsonNumbers.Write(json, figure);
        });
        if (trained.Forecast is { } forecast)
            ReportJsonWriter.WriteForecast(json, forecast);
        FindingsJson.Write(json, trained.Findings);
        json.WriteEndObject();
    }

    /// <param name="layers">The report's: where the training began with the weights that they were measured with, they have the shares before it.</param>
    public static EarlyTraining? Read(JsonElement root, IReadOnlyList<LayerStatistics> layers)
    {
        if (!root.TryGetProperty(Member, out JsonElement trained))
            return null;
        int step = 0, index = 0;
        return new EarlyTraining
        {
            Steps = ReportJsonReader.ReadTable(ReportJsonReader.Member(trained, Steps), $"{Member}.{Steps}", s_stepColumns, row => new EarlyStep(++step, row.Number(Loss), row.Number(GradientNorm))),
            RatioSteps = [.. ReportJsonReader.Elements(ReportJsonReader.Member(trained, RatioSteps), $"{Member}.{RatioSteps}").Select(number => ReportJsonReader.Integer(number, $"{Member}.{RatioSteps}"))],
            Layers = ReportJsonReader.ReadTable(ReportJsonReader.Member(trained, Layers), $"{Member}.{Layers}", s_layerColumns, row => WithBefore(row, Before(layers, index++), new LayerChange
            {
                Layer = row.Text(Layer),
                Movement = row.Number(Movement),
                ZeroFractionBefore = double.NaN,
                ZeroFraction = row.Number(Zero),
                DeadFractionBefore = double.NaN,
                DeadFraction = row.Number(Dead),
                SaturatedFractionBefore = double.NaN,
                SaturatedFraction = row.Number(Saturated),
                UpdateRatios = [.. ReportJsonReader.Elements(row[UpdateRatios], $"{Member}.{UpdateRatios}").Select(ratio => ReportJsonReader.Number(ratio, $"{Member}.{UpdateRatios}"))],
            })),
            Forecast = trained.TryGetProperty(ReportJsonSchema.Forecast, out JsonElement forecast) ? ReportJsonReader.ReadForecast(forecast) : null,
            Findings = FindingsJson.Read(trained),
        };
    }

    static LayerChange WithBefore(ReportJsonReader.TableRow row, ActivationShares ofReport, LayerChange layer)
    {
        ActivationShares before = row.Has(ZeroBefore) && row.Has(DeadBefore) && row.Has(SaturatedBefore) ? new ActivationShares(row.Number(ZeroBefore), row.Number(SaturatedBefore), row.Number(DeadBefore)) : ofReport;
        return layer with { ZeroFractionBefore = before.Zero, DeadFractionBefore = before.Dead, SaturatedFractionBefore = before.Saturated };
    }

    static ActivationShares Before(LayerChange layer) => new(layer.ZeroFractionBefore, layer.SaturatedFractionBefore, layer.DeadFractionBefore);

    /// <summary>None for tables of embeddings, which follow the layers.</summary>
    static ActivationShares Before(IReadOnlyList<LayerStatistics> layers, int index)
    {
        if (index >= layers.Count)
            return ActivationShares.None;
        ActivationShares shares = ActivationShares.Of(layers[index]);
        return new ActivationShares(EarlyTrainingBuilder.ThreeDigits(shares.Zero), EarlyTrainingBuilder.ThreeDigits(shares.Saturated), EarlyTrainingBuilder.ThreeDigits(shares.Dead));
    }
}
