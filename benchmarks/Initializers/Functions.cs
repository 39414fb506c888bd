using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Initializers;

/// <summary>Rows of known functions of normal features, with noise: a linear start helps some of them and not others.</summary>
static class Functions
{
    public static IEnumerable<GridProblem> All { get; } =
    [
        Problem("Friedman's function", 400, 10, 1, x => 10 * MathF.Sin(MathF.PI * Share(x[0]) * Share(x[1])) + 20 * (Share(x[2]) - 0.5f) * (Share(x[2]) - 0.5f) + 10 * Share(x[3]) + 5 * Share(x[4])),
        Problem("steps and a bend", 600, 6, 0.2f, x => (x[0] > 0 ? 1 : -1) * (x[1] > 0.5f ? 2 : 1) + MathF.Abs(x[2])),
        Problem("abc + d", 1000, 5, 0.3f, x => x[0] * x[1] * x[2] + x[3]),
        Problem("sin 2a + bc", 500, 3, 0.1f, x => MathF.Sin(2 * x[0]) + x[1] * x[2]),
        Problem("sin 3a", 300, 1, 0.1f, x => MathF.Sin(3 * x[0])),
    ];

    /// <summary>Friedman 1991 draws from 0 … 1: ±2 deviations are.</summary>
    static float Share(float normal) => (normal + 2) / 4;

    public static GridProblem Problem(string name, int rows, int features, float noise, Func<float[], float> function) => new(name, false, context => Rows(context, name, rows, features, noise, function),
        (context, training, test, options) => context.Regression.Evaluate(context.Regression.Trainers.NeuralNet(options).Fit(training).Transform(test)).MeanSquaredError);

    static IDataView Rows(MLContext context, string name, int count, int features, float noise, Func<float[], float> function)
    {
        var random = new RandomSource(1, name);
        var values = new float[count * features];
        var errors = new float[count];
        random.FillNormal(values, 1);
        random.FillNormal(errors, noise);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        return context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i =>
        {
            float[] row = values[(i * features)..((i + 1) * features)];
            return new Row { Features = row, Label = function(row) + errors[i] };
        }).ToArray(), schema);
    }

    sealed class Row
    {
        public float Label { get; set; }

        public float[] Features { get; set; } = [];
    }
}
