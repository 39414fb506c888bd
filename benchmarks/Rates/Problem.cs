using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit;

namespace Rates;

/// <summary>A table, four fifths of its rows to train on and the rest to measure on.</summary>
sealed class Problem
{
    readonly MLContext _context = new(seed: 1);
    readonly IDataView _training, _test;
    readonly Func<MLContext, NeuralNetOptions, IDataView, IDataView, INeuralNetModel> _fit;

    readonly int _index;

    Problem(int index, string name, int epochs, string file, DataKind label, int features, bool isKey, int split, Func<MLContext, NeuralNetOptions, IDataView, IDataView, INeuralNetModel> fit)
    {
        (_index, Name, Epochs, _fit) = (index, name, epochs, fit);
        IDataView rows = _context.Data.LoadFromTextFile(Path.Combine(AppContext.BaseDirectory, "data", file),
            [new TextLoader.Column("Label", label, 0), new TextLoader.Column("Features", DataKind.Single, 1, features)], separatorChar: ',', hasHeader: true);
        if (isKey)
            rows = _context.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        var parts = _context.Data.TrainTestSplit(_context.Data.Cache(rows), testFraction: 0.2, seed: 1 + split);
        (_training, _test) = (_context.Data.Cache(parts.TrainSet), _context.Data.Cache(parts.TestSet));
        TrainingRows = _training.GetColumn<float[]>("Features").Count();
    }

    /// <summary>Splits of the rows: with one alone, a few hard rows in the small part would decide for all cells what a good rate is.</summary>
    const int Splits = 10;

    /// <summary>Each trains for some 250 steps of 32 rows.</summary>
    static readonly Problem[][] s_all = [.. Enumerable.Range(0, Splits).Select(split => new Problem[]
    {
        new(0, "digits", 6, "digits.csv", DataKind.Single, 64, isKey: true, split, Multiclass),
        new(1, "wine", 50, "wine.csv", DataKind.String, 13, isKey: true, split, Multiclass),
        new(2, "breast cancer", 17, "breast_cancer.csv", DataKind.Boolean, 30, isKey: false, split, Binary),
        new(3, "diabetes", 22, "diabetes.csv", DataKind.Single, 10, isKey: false, split, Regression),
    })];

    public const int Count = 4;

    public static Problem Of(int index, int split) => s_all[split % Splits][index];

    /// <summary>The same table, other rows held out.</summary>
    public Problem Split(int split) => Of(_index, split);

    public string Name { get; }
    public int Epochs { get; }
    public int TrainingRows { get; }

    public InitializationReport Diagnose(NeuralNetOptions options) => _context.WeightInit.Diagnose(_training, options);

    /// <summary>The report of an untrained model.</summary>
    public InitializationReport Start(NeuralNetOptions options)
    {
        options.NumberOfEpochs = 0;
        return _fit(_context, options, _training, _test).Initialization;
    }

    /// <summary>Null where training diverged.</summary>
    public TrainingHistory? Train(NeuralNetOptions options)
    {
        try
        {
            return _fit(_context, options, _training, _test).History;
        }
        catch (NonFiniteTrainingException)
        {
            return null;
        }
    }

    static INeuralNetModel Multiclass(MLContext context, NeuralNetOptions options, IDataView training, IDataView test) => context.MulticlassClassification.Trainers.NeuralNet(options).Fit(training, test).Model;

    static INeuralNetModel Binary(MLContext context, NeuralNetOptions options, IDataView training, IDataView test)
        => ((ISingleFeaturePredictionTransformer<INeuralNetModel>)context.BinaryClassification.Trainers.NeuralNet(options).Fit(training, test)).Model;

    static INeuralNetModel Regression(MLContext context, NeuralNetOptions options, IDataView training, IDataView test) => context.Regression.Trainers.NeuralNet(options).Fit(training, test).Model;
}
