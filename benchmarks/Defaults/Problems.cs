using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace Defaults;

/// <summary>The committed tables. Linear trainers get standardized features, trees raw ones, the network raw ones and no option.</summary>
/// <remarks>Other trainers keep their defaults but for one thread, which makes them repeatable.</remarks>
static class Problems
{
    public static IReadOnlyList<Problem> All { get; } =
    [
        Multiclass("digits", "digits.csv", features: 64),
        Multiclass("iris", "iris.csv", features: 4),
        Multiclass("wine", "wine.csv", features: 13),
        Binary("breast_cancer", "accuracy", "breast_cancer.csv", features: 30, DataKind.Boolean, prepareLabel: null, metrics => metrics.Accuracy),
        // People with 21 or more visits to a doctor: 205 of 20,190 rows.
        Binary("rare_visits", "area under precision-recall", "randhie.csv", features: 9, DataKind.Single,
            context => context.Transforms.Expression("Label", "visits => visits >= 21f", "Label"), metrics => metrics.AreaUnderPrecisionRecallCurve),
        Regression("diabetes", "diabetes.csv", features: 10),
        Regression("randhie", "randhie.csv", features: 9),
    ];

    static Problem Multiclass(string name, string file, int features) => new()
    {
        Name = name,
        Metric = "accuracy",
        File = file,
        Features = features,
        LabelKind = DataKind.String,
        PrepareLabel = context => context.Transforms.Conversion.MapValueToKey("Label"),
        NetworkTrainer = context => context.MulticlassClassification.Trainers.NeuralNet(),
        OtherTrainers =
        [
            ("LbfgsMaximumEntropy", context => Standardized(context,
                context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options { NumberOfThreads = 1 }))),
            ("SdcaMaximumEntropy", context => Standardized(context,
                context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new SdcaMaximumEntropyMulticlassTrainer.Options { NumberOfThreads = 1 }))),
            ("FastTree, one against all", context => context.MulticlassClassification.Trainers.OneVersusAll(
                context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options { NumberOfThreads = 1 }))),
        ],
        Evaluate = (context, scored) => context.MulticlassClassification.Evaluate(scored).MicroAccuracy,
    };

    static Problem Binary(string name, string metric, string file, int features, DataKind labelKind,
        Func<MLContext, IEstimator<ITransformer>>? prepareLabel, Func<BinaryClassificationMetrics, double> pick) => new()
    {
        Name = name,
        Metric = metric,
        File = file,
        Features = features,
        LabelKind = labelKind,
        PrepareLabel = prepareLabel,
        NetworkTrainer = context => context.BinaryClassification.Trainers.NeuralNet(),
        OtherTrainers =
        [
            ("LbfgsLogisticRegression", context => Standardized(context,
                context.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options { NumberOfThreads = 1 }))),
            ("SdcaLogisticRegression", context => Standardized(context,
                context.BinaryClassification.Trainers.SdcaLogisticRegression(new SdcaLogisticRegressionBinaryTrainer.Options { NumberOfThreads = 1 }))),
            ("FastTree", context => context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options { NumberOfThreads = 1 })),
        ],
        Evaluate = (context, scored) => pick(context.BinaryClassification.Evaluate(scored)),
    };

    static Problem Regression(string name, string file, int features) => new()
    {
        Name = name,
        Metric = "R²",
        File = file,
        Features = features,
        LabelKind = DataKind.Single,
        NetworkTrainer = context => context.Regression.Trainers.NeuralNet(),
        OtherTrainers =
        [
            ("Sdca", context => Standardized(context,
                context.Regression.Trainers.Sdca(new SdcaRegressionTrainer.Options { NumberOfThreads = 1 }))),
            ("OnlineGradientDescent", context => Standardized(context, context.Regression.Trainers.OnlineGradientDescent())),
            ("LbfgsPoissonRegression", context => Standardized(context,
                context.Regression.Trainers.LbfgsPoissonRegression(new LbfgsPoissonRegressionTrainer.Options { NumberOfThreads = 1 }))),
            ("FastTree", context => context.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options { NumberOfThreads = 1 })),
        ],
        Evaluate = (context, scored) => context.Regression.Evaluate(scored).RSquared,
    };

    static IEstimator<ITransformer> Standardized(MLContext context, IEstimator<ITransformer> trainer)
        => context.Transforms.NormalizeMeanVariance("Features", fixZero: false).Append(trainer);
}
