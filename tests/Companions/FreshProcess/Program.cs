// Loads a model and scores one row of features, as a program that has never heard of how the model was made.
// usage: FreshProcess <model.zip> <feature>...
// Prints the scores as bits, then the plan of the first tensor.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

var context = new MLContext();
ITransformer model = context.Model.Load(args[0], out _);
float[] features = [.. args[1..].Select(text => float.Parse(text, CultureInfo.InvariantCulture))];
var row = new[] { new FreshProcess.FeatureRow { Features = features } };
var schema = SchemaDefinition.Create(typeof(FreshProcess.FeatureRow));
schema[nameof(FreshProcess.FeatureRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features.Length);
IDataView scored = model.Transform(context.Data.LoadFromEnumerable(row, schema));
float[] scores = scored.Schema["Score"].Type is VectorDataViewType
    ? scored.GetColumn<float[]>("Score").Single()
    : [scored.GetColumn<float>("Score").Single()];
Console.WriteLine(string.Join(' ', scores.Select(score => BitConverter.SingleToInt32Bits(score))));
Console.WriteLine(context.WeightInit.ReportOf(model)?.Plan[0].Initializer ?? "no report");
