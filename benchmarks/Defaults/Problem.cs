using Microsoft.ML;
using Microsoft.ML.Data;

namespace Defaults;

/// <summary>A table, a metric, and the trainers that are compared on it.</summary>
sealed class Problem
{
    public const string Network = "NeuralNet";

    public required string Name { get; init; }

    /// <summary>Higher is better.</summary>
    public required string Metric { get; init; }
    public required string File { get; init; }
    public required int Features { get; init; }
    public required DataKind LabelKind { get; init; }

    /// <summary>Turns the file's label into the one that trainers want; null where it is one.</summary>
    public Func<MLContext, IEstimator<ITransformer>>? PrepareLabel { get; init; }
    public required Func<MLContext, IEstimator<ITransformer>> NetworkTrainer { get; init; }
    public required IReadOnlyList<(string Name, Func<MLContext, IEstimator<ITransformer>> Create)> OtherTrainers { get; init; }
    public required Func<MLContext, IDataView, double> Evaluate { get; init; }
    public double TestFraction { get; init; } = 0.2;

    /// <summary>Held-out scores of every trainer, by split. One split is the same rows for all; its number is also the trainers' seed.</summary>
    /// <param name="first">Number of the first split.</param>
    public IReadOnlyDictionary<string, double[]> Run(int splits, int first)
    {
        var trainers = OtherTrainers.Prepend((Name: Network, Create: NetworkTrainer)).ToList();
        var scores = trainers.ToDictionary(trainer => trainer.Name, _ => new double[splits]);
        for (int split = 0; split < splits; split++)
        {
            var context = new MLContext(seed: first + split);
            DataOperationsCatalog.TrainTestData parts = context.Data.TrainTestSplit(Load(context), TestFraction, seed: first + split);
            IDataView train = context.Data.Cache(parts.TrainSet), test = context.Data.Cache(parts.TestSet);
            foreach (var trainer in trainers)
            {
                ITransformer model = trainer.Create(context).Fit(train);
                scores[trainer.Name][split] = Evaluate(context, model.Transform(test));
            }
        }
        return scores;
    }

    IDataView Load(MLContext context)
    {
        var loader = context.Data.CreateTextLoader(new TextLoader.Options
        {
            Separators = [','],
            HasHeader = true,
            Columns = [new TextLoader.Column("Label", LabelKind, 0), new TextLoader.Column("Features", DataKind.Single, 1, Features)],
        });
        IDataView rows = loader.Load(Path.Combine(AppContext.BaseDirectory, "data", File));
        return PrepareLabel is null ? rows : PrepareLabel(context).Fit(rows).Transform(rows);
    }
}
