using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.WeightInit.Tests.Support;

namespace MLNet.WeightInit.Tests;

/// <summary>Importance of whole columns, of whatever type and before whatever step.</summary>
[TestFixture]
public sealed class ColumnImportanceTests
{
    readonly MLContext _context = new(seed: 1);

    double RSquared(IDataView scored) => _context.Regression.Evaluate(scored, nameof(TownRow.Value)).RSquared;

    /// <summary>Value is 10 · town − 3 · size, with 6 towns and 4 sizes: the towns have 292 of 303 parts of its variance, the sizes 11, the features none.</summary>
    [Test]
    public void Categories_matter_as_much_as_the_label_hangs_on_them([Values] bool beforeTheirMapping)
    {
        IDataView rows = Towns.View(_context, Towns.Rows());
        ITransformer mapping = Towns.Mapping(_context).Fit(rows);
        NeuralNetOptions options = Towns.Options(nameof(TownRow.Value), epochs: 150);
        options.LearningRate = 0.01f;
        ITransformer network = _context.Transforms.NeuralNet(options).Fit(mapping.Transform(rows));
        var chain = new TransformerChain<ITransformer>(mapping, network);
        IReadOnlyList<ColumnImportance> found = beforeTheirMapping
            ? _context.WeightInit.ColumnImportance(chain, rows, RSquared, [nameof(TownRow.TownName), nameof(TownRow.SizeName), "Features", nameof(TownRow.Flag)])
            : _context.WeightInit.ColumnImportance(network, mapping.Transform(rows), RSquared, ["Town", "Size", "Features", nameof(TownRow.Flag)]);
        Assert.That(found.Select(importance => importance.Column), Is.EqualTo(beforeTheirMapping ? new[] { "TownName", "SizeName", "Features", "Flag" } : ["Town", "Size", "Features", "Flag"]));
        double unchanged = RSquared(network.Transform(mapping.Transform(rows)));
        Assert.That(found.Select(importance => importance.Unchanged), Is.All.EqualTo(unchanged));
        // Permuted values are as far from the label as from one another: twice their part of the variance is lost.
        Assert.That(found[0].Change, Is.EqualTo(-2 * 292 / 303.0).Within(0.35));
        Assert.That(found[1].Change, Is.LessThan(-0.02).And.GreaterThan(-0.3));
        Assert.That(found[3].Change, Is.Zero, "the network does not read it");
        Assert.That(Math.Abs(found[2].Change), Is.LessThan(Math.Abs(found[0].Change) / 4));
        Assert.That(found[0].StandardError, Is.InRange(1e-6, 0.2));
        Assert.That(found[0].ToString(), Does.Match(@"^Town(Name)?: -[0-9]\.[0-9]{4} ± 0\.[0-9]{4}$"));
    }

    /// <summary>ML.NET's own importance of features leaves categories where they are; a vector as a whole loses what its slots lose together, or more.</summary>
    [Test]
    public void A_chain_of_plain_columns_gives_what_ML_NETs_own_importance_gives()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Samples.Rows().Select(row => new Columns { First = row.Features[0], Second = row.Features[1], Label = row.Value }).ToArray());
        NeuralNetOptions options = Samples.Quick(epochs: 60);
        options.LearningRate = 0.01f;
        ITransformer chain = _context.Transforms.Concatenate("Features", nameof(Columns.First), nameof(Columns.Second)).Append(_context.Transforms.NeuralNet(options)).Fit(data);
        var theirs = _context.Regression.PermutationFeatureImportance(chain, chain.Transform(data), permutationCount: 20);
        IReadOnlyList<ColumnImportance> ours = _context.WeightInit.ColumnImportance(chain, data, scored => _context.Regression.Evaluate(scored).RSquared, [nameof(Columns.First), nameof(Columns.Second)], permutations: 20);
        foreach (ColumnImportance column in ours)
        {
            // Two means over other permutations: five times their common standard error, √2 of one's.
            Assert.That(column.Change, Is.EqualTo(theirs[column.Column].RSquared.Mean).Within(5 * Math.Sqrt(2) * column.StandardError), column.Column);
        }
    }

    [Test]
    public void Heads_have_it_too_and_it_is_the_same_each_time()
    {
        IDataView data = Towns.Mapped(_context);
        NeuralNetOptions options = Towns.Options("None", epochs: 60);
        (options.Heads, options.LearningRate) = (["Label", nameof(TownRow.Value)], 0.01f);
        ITransformer model = _context.Transforms.NeuralNet(options).Fit(data);
        double Accuracy(IDataView scored) => _context.MulticlassClassification.Evaluate(scored, "Label", "Label.Score", "Label.PredictedLabel").MicroAccuracy;
        double[] Changes(int? seed) => [.. _context.WeightInit.ColumnImportance(model, data, Accuracy, ["Town", "Size"], permutations: 2, seed).Select(column => column.Change)];
        Assert.That(Changes(null), Is.All.LessThan(-0.2), "the class is the remainder of their sum by 3: without one of them nothing is known");
        Assert.That(Changes(1), Is.EqualTo(Changes(null)), "the context's seed");
        Assert.That(Changes(2), Is.Not.EqualTo(Changes(1)));
    }

    /// <summary>Each value is in one row still, and rows are otherwise what they were.</summary>
    [Test]
    public void Only_the_order_of_one_column_changes([Values] bool isCountKnown)
    {
        IEnumerable<SampleRow> rows = Samples.Rows(50);
        IDataView data = _context.Data.LoadFromEnumerable(isCountKnown ? rows.ToArray() : rows.Where(_ => true));
        ITransformer nothing = _context.Transforms.CopyColumns("Copy", nameof(SampleRow.Category)).Fit(data);
        var seen = new List<string[]>();
        _context.WeightInit.ColumnImportance(nothing, data, scored =>
        {
            Assert.That(SchemaComparison.Cells(scored, "Features"), Is.EqualTo(SchemaComparison.Cells(data, "Features")));
            Assert.That(SchemaComparison.Cells(scored, "Copy"), Is.EqualTo(SchemaComparison.Cells(scored, nameof(SampleRow.Category))));
            seen.Add(SchemaComparison.Cells(scored, "Copy"));
            return 0;
        }, [nameof(SampleRow.Category)], permutations: 3);
        Assert.That(seen, Has.Count.EqualTo(4));
        Assert.That(seen[0], Is.EqualTo(SchemaComparison.Cells(data, nameof(SampleRow.Category))));
        Assert.That(seen.Select(cells => string.Concat(cells)).Distinct().Count(), Is.EqualTo(4), "another order each time");
        Assert.That(seen.Select(cells => string.Concat(cells.Order())).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void What_can_t_be_permuted_is_told_with_what_can()
    {
        IDataView data = Samples.View(_context), one = _context.Data.TakeRows(data, 1);
        ITransformer model = _context.Transforms.NeuralNet(Samples.Quick()).Fit(data);
        IReadOnlyList<ColumnImportance> Run(IDataView rows, int permutations, params string[] columns) => _context.WeightInit.ColumnImportance(model, rows, _ => 0, columns, permutations);
        Assert.That(() => Run(data, 5, "Feature"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("The data has no column 'Feature'; it has 'Features'"));
        Assert.That(() => Run(data, 5), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("At least 1 column"));
        Assert.That(() => Run(data, 0, "Features"), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1 permutation"));
        Assert.That(() => Run(one, 5, "Features"), Throws.InvalidOperationException.With.Message.Contains("and the data has 1"));
        Assert.That(() => _context.WeightInit.ColumnImportance(model, data, null!, ["Features"]), Throws.ArgumentNullException);
    }

    sealed class Columns
    {
        public float First { get; set; }

        public float Second { get; set; }

        public float Label { get; set; }
    }
}
