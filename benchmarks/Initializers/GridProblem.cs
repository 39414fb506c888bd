using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Initializers;

/// <summary>A data set with its task.</summary>
sealed record GridProblem(string Name, bool IsOfClasses, Func<MLContext, IDataView> Load, Func<MLContext, IDataView, IDataView, NeuralNetOptions, double> Loss)
{
    public static IReadOnlyList<GridProblem> All { get; } =
    [
        new("digits", true, context =>
        {
            IDataView rows = Read(context, "digits.csv", DataKind.Single, 64);
            return context.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        }, (context, training, test, options) => context.MulticlassClassification.Evaluate(context.MulticlassClassification.Trainers.NeuralNet(options).Fit(training).Transform(test)).LogLoss),
        new("breast cancer", true, context => Read(context, "breast_cancer.csv", DataKind.Boolean, 30),
            (context, training, test, options) => context.BinaryClassification.Evaluate(context.BinaryClassification.Trainers.NeuralNet(options).Fit(training).Transform(test)).LogLoss),
        new("diabetes", false, context => Read(context, "diabetes.csv", DataKind.Single, 10),
            (context, training, test, options) => context.Regression.Evaluate(context.Regression.Trainers.NeuralNet(options).Fit(training).Transform(test)).MeanSquaredError),
        .. Functions.All,
    ];

    static IDataView Read(MLContext context, string file, DataKind label, int features)
        => context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "data", file), [new TextLoader.Column("Label", label, 0), new TextLoader.Column("Features", DataKind.Single, 1, features)], separatorChar: ',', hasHeader: true);
}
