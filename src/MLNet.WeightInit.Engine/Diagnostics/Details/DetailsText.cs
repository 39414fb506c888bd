using System.Text;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>A report's details for people: a table in Markdown.</summary>
internal static class DetailsText
{
    public static void AppendMarkdown(StringBuilder text, InitializationReport report)
    {
        if (report.Details is not { } details)
            return;
        var table = new TextTable("Layer", "σ max", "σ min", "edge, 99.9 %", "eff. rank", "stable rank", "kurtosis", "z dev, rows 95 %", "dL/dz, rows 95 %", "dL/dW rank");
        foreach (LayerDetails layer in details.Layers)
        {
            LayerSpectrum spectrum = layer.Spectrum;
            table.Add($"`{layer.Layer}`", NumberText.Format(spectrum.LargestSingularValue), NumberText.Format(spectrum.SmallestSingularValue), Range(spectrum.LowestLargest, spectrum.HighestLargest),
                NumberText.Format(spectrum.EffectiveRank), NumberText.Format(spectrum.StableRank), NumberText.Format(layer.WeightKurtosis), Range(layer.Deviation.Lower, layer.Deviation.Upper),
                Range(layer.GradientNorm.Lower, layer.GradientNorm.Upper), NumberText.Format(spectrum.GradientStableRank));
        }
        table.AppendMarkdown(text);
        text.Append('\n').Append(Line(report));
        InitializationCost cost = details.Cost;
        string calibration = cost.CalibrationPasses > 0 ? $"{cost.CalibrationPasses} passes to calibrate ({NumberText.Percent(cost.CalibrationShare)} of an epoch's operations), " : "";
        text.Append($"\n\nCost: {calibration}{NumberText.Format(cost.MeasurementOperations)} operations to measure, {NumberText.Format(cost.OperationsAnEpoch)} an epoch; {Megabytes(cost.ParameterBytes)} of parameters, {Megabytes(cost.TrainingBytes)} to train.\n\n");
    }

    /// <summary>What is known of the whole network; nothing below <see cref="DiagnosticsLevel.Full"/>.</summary>
    public static string Line(InitializationReport report)
    {
        if (report.Details is not { } details)
            return "";
        List<string> parts = [];
        if (details.Jacobian is { } jacobian)
            parts.Add($"Jacobian of the hidden layers: mean s^2 {NumberText.Format(jacobian.MeanSquare)}{Variance(jacobian)}"
                + $"{(jacobian.IsIsometric ? ", isometric" : "")}, largest s {NumberText.Format(jacobian.LargestSingularValue)}");
        if (details.Kernel is { } kernel)
            parts.Add($"tangent kernel: {(double.IsPositiveInfinity(kernel.Condition) ? "singular" : $"condition {NumberText.Format(kernel.Condition)}")}, alignment {NumberText.Format(kernel.Alignment)}");
        if (details.Noise is { } noise)
            parts.Add($"gradient's signal to noise {NumberText.Format(noise.SignalToNoise)} at {noise.BatchSize} rows");
        if (!double.IsNaN(details.GradientQuotient))
            parts.Add($"gradient quotient {NumberText.Format(details.GradientQuotient)}");
        return parts.Count == 0 ? "" : $"{char.ToUpperInvariant(parts[0][0])}{string.Join("; ", parts)[1..]}.";
    }

    /// <summary>Empty where all singular values are 0.</summary>
    static string Variance(JacobianSpectrum jacobian) => double.IsNaN(jacobian.RelativeVariance) ? ""
        : $", its variance {NumberText.Format(jacobian.RelativeVariance)} of the squared mean{(double.IsNaN(jacobian.PredictedRelativeVariance) ? "" : $" (theory {NumberText.Format(jacobian.PredictedRelativeVariance)})")}";

    static string Range(double low, double high) => $"{NumberText.Format(low)} to {NumberText.Format(high)}";

    static string Megabytes(long bytes) => $"{NumberText.Format(bytes / 1e6)} MB";
}
