#:project ../../../src/MLNet.WeightInit/MLNet.WeightInit.csproj
#:property PublishAot=false
// A program of one file: prints how a network would start, without training it.
using Microsoft.ML;
using MLNet.WeightInit;

var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 64).Select(i => new Row { Label = i % 7 > 3, Features = [i % 7, i % 5] }));
Console.WriteLine(mlContext.WeightInit.Diagnose(data, new NeuralNetOptions { HiddenLayers = [8], Init = "He" }).Verdict);

sealed class Row
{
    public bool Label { get; set; }
    [Microsoft.ML.Data.VectorType(2)]
    public float[] Features { get; set; } = [];
}
