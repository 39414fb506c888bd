using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;

namespace Trainability;

/// <summary>Fits the rule on the cells of some data sets, and judges it on the others.</summary>
static class Fit
{
    /// <summary>Boosted trees of ML.NET on the rows' figures, as the text that the engine reads.</summary>
    public static string Trees(IReadOnlyList<StudyRow> rows, double slope, double offset)
    {
        int figures = rows[0].Figures.Length;
        var context = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(TreeRow));
        schema[nameof(TreeRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, figures);
        IDataView data = context.Data.LoadFromEnumerable(rows.Select(row => new TreeRow { Features = [.. row.Figures.Select(figure => (float)figure)], Label = row.Learned > 0 }), schema);
        var model = context.BinaryClassification.Trainers.FastTree(new FastTreeBinaryTrainer.Options
        {
            NumberOfTrees = 300, NumberOfLeaves = 20, LearningRate = 0.04, MinimumExampleCountPerLeaf = 10, FeatureFractionPerSplit = 0.4, BaggingSize = 1, BaggingExampleFraction = 0.6, NumberOfThreads = 1, Seed = 1,
        }).Fit(data);
        var ensemble = model.Model.SubModel.TrainedTreeEnsemble;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{figures} {ensemble.Trees.Count} {slope:G6} {offset:G6}");
        foreach ((RegressionTree tree, double weight) in ensemble.Trees.Zip(ensemble.TreeWeights))
        {
            text.Append(CultureInfo.InvariantCulture, $"{tree.NumberOfNodes}");
            for (int node = 0; node < tree.NumberOfNodes; node++)
                text.Append(CultureInfo.InvariantCulture, $" {tree.NumericalSplitFeatureIndexes[node]} {tree.NumericalSplitThresholds[node]:G6} {tree.LeftChild[node]} {tree.RightChild[node]}");
            foreach (double leaf in tree.LeafValues)
                text.Append(CultureInfo.InvariantCulture, $" {weight * leaf:G4}");
            text.AppendLine();
        }
        return text.ToString();
    }

    sealed class TreeRow
    {
        public float[] Features { get; set; } = [];
        public bool Label { get; set; }
    }

    /// <summary>Fits on the data sets that the rule may see. Its calibration comes from predictions for data sets that were left out one after the other.</summary>
    public static void Run(string cells, string rule)
    {
        IReadOnlyList<StudyRow> all = StudyRow.Read(cells);
        StudyRow[] seen = [.. all.Where(row => !row.IsUnseen)], unseen = [.. all.Where(row => row.IsUnseen)];
        var left = new List<(double Logit, float Learned)>();
        foreach (string data in seen.Select(row => row.Data).Distinct())
        {
            var others = TrainabilityRule.Read(Trees([.. seen.Where(row => row.Data != data)], 1, 0));
            left.AddRange(seen.Where(row => row.Data == data).Select(row => (others.Score(row.Figures), row.Learned)));
        }
        (double slope, double offset) = Calibrate(left);
        string text = Trees(seen, slope, offset);
        File.WriteAllText(rule, text);
        var fitted = TrainabilityRule.Read(text);
        Console.WriteLine("| cells | number | learned | AUC | expected calibration error | AUC of the verdict | of SageMaker Debugger's rules | of the gradient ratio |\n|---|---|---|---|---|---|---|---|");
        Describe("fitted on", seen, fitted);
        Describe("**never seen**", unseen, fitted);
        foreach (var group in unseen.GroupBy(row => row.Data))
            Describe(group.Key, [.. group], fitted);
        Console.WriteLine($"""

            Leaving out one of the data sets that it is fitted on after the other gives an AUC of {Auc(left.Select(row => (row.Logit, row.Learned))):F3}.

            | forecast | cells never seen | of which learned |
            |---|---|---|
            """);
        foreach (var bin in unseen.GroupBy(row => Math.Min(9, (int)(fitted.Probability(row.Figures) * 10))).OrderBy(bin => bin.Key))
            Console.WriteLine($"| {bin.Key * 10} to {bin.Key * 10 + 10} % | {bin.Count()} | {bin.Average(row => row.Learned):P0} |");
    }

    /// <summary>Verdicts of the trainings on unseen data and what became of them, as the engine reads them; and the same of SageMaker Debugger's rules, to compare.</summary>
    /// <param name="ends">As <see cref="Cells.WriteEnds"/> wrote them; null for verdicts of the starts.</param>
    public static void Verdicts(string cells, string verdicts, string? ends = null)
    {
        StudyRow[] unseen = [.. StudyRow.Read(cells).Where(row => row.IsUnseen)];
        if (ends is not null)
            unseen = [.. unseen.Zip(File.ReadLines(ends).Skip(1), (row, line) => row with { Verdict = line.Split(',')[1] })];
        File.WriteAllLines(verdicts, unseen.GroupBy(row => row.Verdict).OrderBy(group => Enum.Parse<Verdict>(group.Key)).Select(group => $"{group.Key} {group.Count()} {group.Count(row => row.Learned > 0)}"));
        Console.WriteLine("| verdict | trainings | of which failed |\n|---|---|---|");
        foreach (var group in unseen.GroupBy(row => row.Verdict).OrderBy(group => Enum.Parse<Verdict>(group.Key)))
            Console.WriteLine($"| {group.Key} | {group.Count()} | {group.Average(row => 1 - row.Learned):P0} |");
        Console.WriteLine("\n| | misses of the trainings that fail | false alarms of those that learn |\n|---|---|---|");
        Rates("the report", row => row.Verdict != "Healthy");
        Rates("SageMaker Debugger's rules", row => row.SageMaker.Length > 0);
        Rates("gradients beyond 1/1000 or 1000", row => Math.Abs(row.Figures[5]) > 3);

        void Rates(string name, Func<StudyRow, bool> isSick)
            => Console.WriteLine($"| {name} | {unseen.Where(row => row.Learned == 0).Average(row => isSick(row) ? 0.0 : 1):P0} | {unseen.Where(row => row.Learned > 0).Average(row => isSick(row) ? 1.0 : 0):P0} |");
    }

    static void Describe(string name, StudyRow[] rows, TrainabilityRule rule)
    {
        (double Probability, float Learned)[] judged = [.. rows.Select(row => (rule.Probability(row.Figures), row.Learned))];
        double verdict = Auc(rows.Select(row => (row.Verdict == "Healthy" ? 1.0 : 0, row.Learned))), sageMaker = Auc(rows.Select(row => (row.SageMaker.Length == 0 ? 1.0 : 0, row.Learned))), gradient = Auc(rows.Select(row => (-Math.Abs(row.Figures[5]), row.Learned)));
        Console.WriteLine($"| {name} | {rows.Length} | {rows.Average(row => row.Learned):P0} | {Auc(judged):F3} | {CalibrationError(judged):F3} | {verdict:F3} | {sageMaker:F3} | {gradient:F3} |");
    }

    /// <summary>Slope and offset of the logits with the least logarithmic loss, by Newton steps (Platt 1999).</summary>
    public static (double Slope, double Offset) Calibrate(IReadOnlyList<(double Logit, float Learned)> rows)
    {
        double slope = 0, offset = 0;
        for (int step = 0; step < 50; step++)
        {
            double g0 = 0, g1 = 0, h00 = 1e-6, h01 = 0, h11 = 1e-6;
            foreach ((double logit, float learned) in rows)
            {
                double p = 1 / (1 + Math.Exp(-(slope * logit + offset))), error = p - learned, weight = p * (1 - p);
                (g0, g1, h00, h01, h11) = (g0 + error * logit, g1 + error, h00 + weight * logit * logit, h01 + weight * logit, h11 + weight);
            }
            double determinant = h00 * h11 - h01 * h01;
            (slope, offset) = (slope - (h11 * g0 - h01 * g1) / determinant, offset - (h00 * g1 - h01 * g0) / determinant);
        }
        return (slope, offset);
    }

    /// <summary>Chance that a training that learned has the higher figure of the two; ties count half.</summary>
    public static double Auc(IEnumerable<(double Score, float Learned)> rows)
    {
        var all = rows.ToArray();
        double[] learned = [.. all.Where(row => row.Learned > 0).Select(row => row.Score)], failed = [.. all.Where(row => row.Learned == 0).Select(row => row.Score)];
        return learned.Sum(up => failed.Sum(down => up > down ? 1 : up == down ? 0.5 : 0)) / ((double)learned.Length * failed.Length);
    }

    /// <summary>Mean distance between what is predicted and what happens, over ten bins of equal width (Naeini et al. 2015).</summary>
    public static double CalibrationError((double Probability, float Learned)[] rows)
        => rows.GroupBy(row => Math.Min(9, (int)(row.Probability * 10))).Sum(bin => bin.Count() * Math.Abs(bin.Average(row => row.Probability) - bin.Average(row => row.Learned))) / rows.Length;
}
