using System.Text.Json;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics.Details;

/// <summary>A report's details as JSON: absent below <see cref="DiagnosticsLevel.Full"/>.</summary>
internal static class DetailsJson
{
    const string Member = "details", Layers = "layers", Histograms = "histograms", Cost = "cost";

    static readonly string[] s_layerColumns =
    [
        "layer", "largestSingularValue", "smallestSingularValue", "effectiveRank", "stableRank", "edge", "lowestLargest", "highestLargest", "gradientStableRank", "weightKurtosis",
        "deviationLower", "deviationUpper", "gradientNormLower", "gradientNormUpper", "nearZeroFraction",
    ];

    static readonly string[] s_histogramColumns = ["low", "high", "counts"];

    public static void Write(Utf8JsonWriter json, InitializationDetails? details)
    {
        if (details is null)
            return;
        json.WriteStartObject(Member);
        ReportJsonWriter.WriteTable(json, Layers, s_layerColumns, details.Layers, layer =>
        {
            json.WriteStringValue(layer.Layer);
            foreach (double value in new[]
            {
                layer.Spectrum.LargestSingularValue, layer.Spectrum.SmallestSingularValue, layer.Spectrum.EffectiveRank, layer.Spectrum.StableRank, layer.Spectrum.Edge, layer.Spectrum.LowestLargest, layer.Spectrum.HighestLargest,
                layer.Spectrum.GradientStableRank, layer.WeightKurtosis, layer.Deviation.Lower, layer.Deviation.Upper, layer.GradientNorm.Lower, layer.GradientNorm.Upper, layer.NearZeroFraction,
            })
                JsonNumbers.Write(json, value);
        });
        ReportJsonWriter.WriteTable(json, Histograms, s_histogramColumns, details.Layers, layer =>
        {
            JsonNumbers.Write(json, layer.Histogram?.Low ?? double.NaN);
            JsonNumbers.Write(json, layer.Histogram?.High ?? double.NaN);
            json.WriteStartArray();
            foreach (int count in layer.Histogram?.Counts ?? [])
                json.WriteNumberValue(count);
            json.WriteEndArray();
        });
        NetworkDetailsJson.Write(json, details);
        json.WriteStartObject(Cost);
        json.WriteNumber("calibrationPasses", details.Cost.CalibrationPasses);
        Number("calibrationOperations", details.Cost.CalibrationOperations);
        Number("measurementOperations", details.Cost.MeasurementOperations);
        Number("operationsAnEpoch", details.Cost.OperationsAnEpoch);
        json.WriteNumber("parameterBytes", details.Cost.ParameterBytes);
        json.WriteNumber("trainingBytes", details.Cost.TrainingBytes);
        json.WriteEndObject();
        json.WriteEndObject();

        void Number(string name, double value) => JsonNumbers.Write(json, name, value);
    }

    /// <returns>Null where the report has none.</returns>
    public static InitializationDetails? Read(JsonElement root)
    {
        if (!root.TryGetProperty(Member, out JsonElement details))
            return null;
        LayerHistogram?[] histograms = ReportJsonReader.ReadTable(ReportJsonReader.Member(details, Histograms), $"{Member}.{Histograms}", s_histogramColumns, ReadHistogram);
        LayerDetails[] layers = ReportJsonReader.ReadTable(ReportJsonReader.Member(details, Layers), $"{Member}.{Layers}", s_layerColumns, ReadLayer);
        if (histograms.Length != layers.Length)
            throw ReportJsonReader.Invalid($"'{Member}' must have as many histograms as layers, but has {histograms.Length} and {layers.Length}");
        JsonElement cost = ReportJsonReader.Member(details, Cost);
        return new InitializationDetails
        {
            Layers = [.. layers.Zip(histograms, (layer, histogram) => layer with { Histogram = histogram })],
            Jacobian = NetworkDetailsJson.ReadJacobian(details),
            Kernel = NetworkDetailsJson.ReadKernel(details),
            Noise = NetworkDetailsJson.ReadNoise(details),
            GradientQuotient = NetworkDetailsJson.ReadQuotient(details),
            Cost = new InitializationCost
            {
                CalibrationPasses = ReportJsonReader.Integer(ReportJsonReader.Member(cost, "calibrationPasses"), $"{Member}.{Cost}.calibrationPasses"),
                CalibrationOperations = Number("calibrationOperations"),
                MeasurementOperations = Number("measurementOperations"),
                OperationsAnEpoch = Number("operationsAnEpoch"),
                ParameterBytes = (long)Number("parameterBytes"),
                TrainingBytes = (long)Number("trainingBytes"),
            },
        };

        double Number(string name) => ReportJsonReader.Number(ReportJsonReader.Member(cost, name), $"{Member}.{Cost}.{name}");
    }

    static LayerDetails ReadLayer(ReportJsonReader.TableRow row) => new()
    {
        Layer = row.Text("layer"),
        Spectrum = new LayerSpectrum
        {
            LargestSingularValue = row.Number("largestSingularValue"),
            SmallestSingularValue = row.Number("smallestSingularValue"),
            EffectiveRank = row.Number("effectiveRank"),
            StableRank = row.Number("stableRank"),
            Edge = row.Number("edge"),
            LowestLargest = row.Number("lowestLargest"),
            HighestLargest = row.Number("highestLargest"),
            GradientStableRank = row.Number("gradientStableRank"),
        },
        WeightKurtosis = row.Number("weightKurtosis"),
        Deviation = new RowInterval(row.Number("deviationLower"), row.Number("deviationUpper")),
        GradientNorm = new RowInterval(row.Number("gradientNormLower"), row.Number("gradientNormUpper")),
        NearZeroFraction = row.Number("nearZeroFraction"),
        Histogram = null,
    };

    static LayerHistogram? ReadHistogram(ReportJsonReader.TableRow row)
    {
        JsonElement counts = row["counts"];
        if (counts.ValueKind != JsonValueKind.Array)
            throw ReportJsonReader.Invalid($"'{Member}.{Histograms}.counts' must be an array, but is {counts.ValueKind}");
        int[] values = [.. counts.EnumerateArray().Select(count => ReportJsonReader.Integer(count, $"{Member}.{Histograms}.counts"))];
        (double low, double high) = (row.Number("low"), row.Number("high"));
        return values.Length == 0 ? null : new LayerHistogram { Low = low, High = high, Counts = values };
    }
}
