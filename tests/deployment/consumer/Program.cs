// usage: Consumer save|load <model file>: trains and saves a classifier, or loads it and scores six rows.
using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext(seed: 1);
Row[] rows =
[
    .. Enumerable.Range(0, 90).Select(i => new Row
    {
        Features = [i % 3 == 0 ? 1 : 0, i % 3 == 1 ? 1 : 0, i * 0.01f],
        Category = "abc"[i % 3].ToString(),
    }),
];
IDataView data = mlContext.Data.LoadFromEnumerable(rows);
if (args[0] == "save")
{
    var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label", "Category")
        .Append(mlContext.Transforms.NeuralNet(init: "He", hiddenLayers: [16]))
        .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    ITransformer model = pipeline.Fit(data);
    mlContext.Model.Save(model, data.Schema, args[1]);
    double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy;
    Console.WriteLine(FormattableString.Invariant($"accuracy {accuracy:F2}, {mlContext.WeightInit.ReportOf(model)!.Verdict}"));
}
else
{
    ITransformer model = mlContext.Model.Load(args[1], out _);
    var engine = mlContext.Model.CreatePredictionEngine<Row, Prediction>(model);
    foreach (Row row in rows.Take(6))
    {
        Prediction prediction = engine.Predict(row);
        Console.WriteLine(FormattableString.Invariant($"{row.Category} as {prediction.PredictedLabel}: {string.Join(' ', prediction.Score)}"));
    }
    Console.WriteLine(mlContext.WeightInit.ReportOf(model)!.Verdict);
}

sealed class Row
{
    [VectorType(3)]
    public float[] Features { get; set; } = [];
    public string Category { get; set; } = "";
}

sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";
    public float[] Score { get; set; } = [];
}
