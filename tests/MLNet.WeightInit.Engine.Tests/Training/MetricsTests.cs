using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Metrics;

namespace MLNet.WeightInit.Engine.Tests.Training;

/// <summary>Each metric against its definition, counted pair by pair or row by row, over batches of uneven size.</summary>
[TestFixture]
internal sealed class MetricsTests
{
    const int Rows = 83;

    /// <summary>Logits in steps of 0.25, so that many are equal.</summary>
    static readonly float[] s_logits = [.. Network.Networks.Values(Rows, 21, 2).Select(value => MathF.Round(value * 4) / 4)];
    static readonly float[] s_labels = [.. Network.Networks.Values(Rows, 22).Select((value, row) => value + s_logits[row] > 0.5f ? 1f : 0)];
    static readonly float[] s_weights = [.. Network.Networks.Values(Rows, 23).Select(value => value + 1.5f)];

    /// <summary>83 terms of double arithmetic, each rounded to 2⁻⁵³, times a few operations a term: below 1e-13 of values up to 1.</summary>
    const double Rounding = 1e-13;

    [Test]
    public void AUC_is_the_share_of_pairs_in_order_where_ties_count_half([Values] bool weighted)
    {
        double right = 0, pairs = 0;
        for (int i = 0; i < Rows; i++)
            for (int j = 0; j < Rows; j++)
                if (s_labels[i] == 1 && s_labels[j] == 0)
                {
                    double weight = weighted ? (double)s_weights[i] * s_weights[j] : 1;
                    pairs += weight;
                    right += s_logits[i] > s_logits[j] ? weight : s_logits[i] == s_logits[j] ? weight / 2 : 0;
                }
        Assert.That(Value("AUC", s_logits, 1, s_labels, weighted), Is.EqualTo(right / pairs).Within(Rounding));
    }

    [Test]
    public void AUPRC_is_the_mean_precision_at_each_positive_row_by_threshold([Values] bool weighted)
    {
        double Weight(int row) => weighted ? s_weights[row] : 1;
        double area = 0, positives = 0;
        for (int i = 0; i < Rows; i++)
        {
            if (s_labels[i] == 0)
                continue;
            int[] above = [.. Enumerable.Range(0, Rows).Where(row => s_logits[row] >= s_logits[i])];
            area += Weight(i) * above.Where(row => s_labels[row] == 1).Sum(Weight) / above.Sum(Weight);
            positives += Weight(i);
        }
        Assert.That(Value("AUPRC", s_logits, 1, s_labels, weighted), Is.EqualTo(area / positives).Within(Rounding));
    }

    [Test]
    public void RMSE_and_MAE_of_counts_are_of_what_is_predicted_not_of_its_logarithm()
    {
        float[] logits = [0, MathF.Log(2), MathF.Log(5)], counts = [1, 4, 3];          // predicted: 1, 2, 5
        Assert.That(Value("RMSE", logits, 1, counts, weighted: false, AffineScale.Exponential), Is.EqualTo(Math.Sqrt(8.0 / 3)).Within(1e-6), "logits are floats: relative errors of 6e-8");
        Assert.That(Value("MAE", logits, 1, counts, weighted: false, AffineScale.Exponential), Is.EqualTo(4.0 / 3).Within(1e-6));
    }

    [Test]
    public void Average_precision_is_scikit_learns()
        // The example of sklearn.metrics.average_precision_score's documentation: y_true [0, 0, 1, 1], y_scores [0.1, 0.4, 0.35, 0.8].
        => Assert.That(Value("AUPRC", [0.1f, 0.4f, 0.35f, 0.8f], 1, [0, 0, 1, 1], weighted: false), Is.EqualTo(0.83333).Within(5e-6));

    [Test]
    public void F1_is_the_harmonic_mean_of_precision_and_recall([Values] bool weighted)
    {
        double Sum(Func<int, bool> counts) => Enumerable.Range(0, Rows).Where(counts).Sum(row => weighted ? s_weights[row] : 1.0);
        double hits = Sum(row => s_logits[row] > 0 && s_labels[row] == 1), precision = hits / Sum(row => s_logits[row] > 0), recall = hits / Sum(row => s_labels[row] == 1);
        Assert.That(Value("F1", s_logits, 1, s_labels, weighted), Is.EqualTo(2 * precision * recall / (precision + recall)).Within(Rounding));
    }

    [Test]
    public void Binary_accuracy_takes_a_logit_of_exactly_0_for_negative([Values] bool weighted)
    {
        double right = 0, all = 0;
        for (int row = 0; row < Rows; row++)
        {
            double weight = weighted ? s_weights[row] : 1;
            all += weight;
            right += s_logits[row] > 0 == (s_labels[row] == 1) ? weight : 0;
        }
        Assert.That(s_logits, Has.Some.Zero);
        Assert.That(Value("Accuracy", s_logits, 1, s_labels, weighted), Is.EqualTo(right / all).Within(Rounding));
    }

    [Test]
    public void Multiclass_accuracies_count_rows_or_average_the_classes_that_have_rows([Values] bool weighted)
    {
        const int Classes = 4;                                 // the last one has no rows
        float[] logits = [.. Network.Networks.Values(Rows * Classes, 31).Select(value => MathF.Round(value * 3))];
        float[] labels = [.. Enumerable.Range(0, Rows).Select(row => (float)(row * row % 3))];
        var right = new double[Classes];
        var all = new double[Classes];
        for (int row = 0; row < Rows; row++)
        {
            float[] own = logits[(row * Classes)..((row + 1) * Classes)];
            all[(int)labels[row]] += weighted ? s_weights[row] : 1;
            right[(int)labels[row]] += Array.IndexOf(own, own.Max()) == labels[row] ? weighted ? s_weights[row] : 1 : 0;
        }
        Assert.That(all[3], Is.Zero);
        Assert.That(Value("MicroAccuracy", logits, Classes, labels, weighted), Is.EqualTo(right.Sum() / all.Sum()).Within(Rounding));
        double macro = Enumerable.Range(0, Classes).Where(label => all[label] > 0).Average(label => right[label] / all[label]);
        Assert.That(Value("MacroAccuracy", logits, Classes, labels, weighted), Is.EqualTo(macro).Within(Rounding));
    }

    [Test]
    public void RMSE_and_MAE_are_in_the_labels_own_unit([Values] bool weighted)
    {
        // Two target columns: outputs are standardized, so a residual of 1 is one deviation of its own column.
        var scale = new AffineScale([10, -3], [200, 0.5f]);
        float[] outputs = Network.Networks.Values(Rows * 2, 41), targets = Network.Networks.Values(Rows * 2, 42);
        double squares = 0, sizes = 0, weight = 0;
        for (int i = 0; i < Rows * 2; i++)
        {
            double own = weighted ? s_weights[i / 2] : 1, residual = ((double)outputs[i] - targets[i]) * scale.Scales[i % 2];
            squares += own * residual * residual;
            sizes += own * Math.Abs(residual);
            weight += own;
        }
        // Relative to values up to 200² here.
        Assert.That(Value("RMSE", outputs, 2, targets, weighted, scale), Is.EqualTo(Math.Sqrt(squares / weight)).Within(200 * Rounding));
        Assert.That(Value("MAE", outputs, 2, targets, weighted, scale), Is.EqualTo(sizes / weight).Within(200 * Rounding));
    }

    [Test]
    public void R2_is_one_less_the_errors_share_of_the_variance_and_the_mean_over_columns([Values] bool weighted, [Values(0, 5000)] float offset)
    {
        var scale = new AffineScale([10, -3], [200, 0.5f]);
        float[] outputs = [.. Network.Networks.Values(Rows * 2, 41).Select(value => value + offset)], targets = [.. Network.Networks.Values(Rows * 2, 42).Select(value => value + offset)];
        double expected = 0;
        for (int column = 0; column < 2; column++)
        {
            int[] cells = [.. Enumerable.Range(0, Rows).Select(row => row * 2 + column)];
            double Weight(int cell) => weighted ? s_weights[cell / 2] : 1;
            double mean = cells.Sum(cell => Weight(cell) * targets[cell]) / cells.Sum(Weight);
            expected += (1 - cells.Sum(cell => Weight(cell) * Math.Pow((double)outputs[cell] - targets[cell], 2)) / cells.Sum(cell => Weight(cell) * Math.Pow(targets[cell] - mean, 2))) / 2;
        }
        // The plain mean of labels near 5,000 has errors of 5,000 · 2⁻⁵³, squared beside deviations of about 0.3: nothing; the shares are of a few units.
        Assert.That(Value("R2", outputs, 2, targets, weighted, scale), Is.EqualTo(expected).Within(100 * Rounding), "a share has no unit: the scale does not matter");
    }

    [Test]
    public void R2_of_columns_that_do_not_differ_is_scikit_learns()
    {
        // sklearn.metrics.r2_score([[1, 7], [2, 7], [4, 7]], [[1, 7], [2, 7], [3, 7]]) is (1 − 1 / (14 / 3) + 1) / 2; with 8 for one of the sevens predicted the second column counts 0.
        Assert.That(Value("RSquared", [1, 7, 2, 7, 3, 7], 2, [1, 7, 2, 7, 4, 7], weighted: false), Is.EqualTo((2 - 3.0 / 14) / 2).Within(Rounding));
        Assert.That(Value("R2", [1, 7, 2, 8, 3, 7], 2, [1, 7, 2, 7, 4, 7], weighted: false), Is.EqualTo((1 - 3.0 / 14) / 2).Within(Rounding));
        Assert.That(Value("R2", [1, 2], 1, [3, 3], weighted: false), Is.NaN);
        Assert.That(Metrics.Parse("R2").IsDefinedFor(new TrainingSet(new float[3], 3, 1, [3, 3, 4], 1), [0, 1]), Is.False);
        Assert.That(Metrics.Parse("R2").IsDefinedFor(new TrainingSet(new float[3], 3, 1, [3, 3, 4], 1), [0, 1, 2]), Is.True);
        float[] logits = [0, MathF.Log(2), MathF.Log(5)], counts = [1, 4, 3];
        Assert.That(Value("R2", logits, 1, counts, weighted: false, AffineScale.Exponential), Is.EqualTo(1 - 8 / (14.0 / 3)).Within(1e-6), "of counts it is of what is predicted, not of its logarithm");
    }

    [Test]
    public void Metrics_of_several_labels_are_their_definitions([Values] bool weighted)
    {
        const int Labels = 4;                                  // the last one is never had nor given
        float[] logits = [.. Network.Networks.Values(Rows * Labels, 51).Select((value, i) => i % Labels == 3 ? -1 : MathF.Round(value * 2) / 2)];
        float[] targets = [.. Network.Networks.Values(Rows * Labels, 52).Select((value, i) => i % Labels != 3 && value + logits[i] > 0.3f ? 1f : 0)];
        double[] both = new double[Labels], given = new double[Labels], had = new double[Labels];
        double right = 0, all = 0;
        for (int row = 0; row < Rows; row++)
        {
            double weight = weighted ? s_weights[row] : 1;
            all += weight;
            int same = 0;
            for (int label = 0; label < Labels; label++)
            {
                bool gives = logits[row * Labels + label] > 0, has = targets[row * Labels + label] == 1;
                both[label] += gives && has ? weight : 0;
                given[label] += gives ? weight : 0;
                had[label] += has ? weight : 0;
                same += gives == has ? 1 : 0;
            }
            right += same == Labels ? weight : 0;
        }
        static double F1(double both, double given, double had) => both == 0 ? 0 : 2 / (given / both + had / both);      // the harmonic mean of precision and recall
        Assert.That(logits, Has.Some.Zero);
        Assert.That(Value("MicroF1", logits, Labels, targets, weighted), Is.EqualTo(F1(both.Sum(), given.Sum(), had.Sum())).Within(Rounding));
        Assert.That(Value("MacroF1Score", logits, Labels, targets, weighted), Is.EqualTo(Enumerable.Range(0, Labels).Average(label => F1(both[label], given[label], had[label]))).Within(Rounding));
        Assert.That(Value("SubsetAccuracy", logits, Labels, targets, weighted), Is.EqualTo(right / all).Within(Rounding));
        Assert.That(Value("MicroF1", [-1, -1], 2, [0, 0], weighted: false), Is.Zero, "a share of nothing is 0");
    }

    [Test]
    public void A_ranking_of_one_class_or_with_NaN_has_no_value()
    {
        Assert.That(Value("AUC", [1, 2], 1, [1, 1], weighted: false), Is.NaN);
        Assert.That(Value("AUC", [1, float.NaN, 3], 1, [1, 0, 0], weighted: false), Is.NaN);
        Assert.That(Value("AUPRC", [1, float.PositiveInfinity, float.NegativeInfinity], 1, [0, 1, 0], weighted: false), Is.EqualTo(1));
    }

    [Test]
    public void The_order_of_rows_does_not_change_a_bit([Values("AUC", "AUPRC")] string metric)
    {
        int[] order = [.. Enumerable.Range(0, Rows)];
        double expected = Value(metric, s_logits, 1, s_labels, weighted: true);
        for (int seed = 0; seed < 20; seed++)
        {
            new RandomSource(seed, "order").Shuffle(order);
            MetricTotal total = Metrics.Parse(metric).CreateTotal(1, AffineScale.None);
            Add(total, [.. order.Select(row => s_logits[row])], 1, [.. order.Select(row => s_labels[row])], [.. order.Select(row => s_weights[row])], 0, Rows);
            Assert.That(BitConverter.DoubleToInt64Bits(total.Value()), Is.EqualTo(BitConverter.DoubleToInt64Bits(expected)));
        }
    }

    static double Value(string metric, float[] logits, int units, float[] targets, bool weighted, AffineScale? scale = null)
    {
        int rows = logits.Length / units;
        MetricTotal total = Metrics.Parse(metric).CreateTotal(units, scale ?? AffineScale.None);
        Add(total, [.. logits.Select(logit => 1 - logit)], units, targets, null, 0, rows);      // must be forgotten
        total.Clear();
        int first = 0;
        for (int size = 1; first < rows; size += 7)
        {
            int count = Math.Min(size, rows - first);
            Add(total, logits, units, targets, weighted ? s_weights : null, first, count);
            first += count;
        }
        return total.Value();
    }

    /// <summary>Some of the rows, their logits at a stride with NaN between them.</summary>
    static unsafe void Add(MetricTotal total, float[] logits, int units, float[] targets, float[]? weights, int first, int count)
    {
        int stride = units + 3, columns = targets.Length / (logits.Length / units);
        var block = new float[count * stride];
        Array.Fill(block, float.NaN);
        for (int row = 0; row < count; row++)
            logits.AsSpan((first + row) * units, units).CopyTo(block.AsSpan(row * stride));
        fixed (float* logit = block, target = targets, weight = weights)
            total.Add(logit, count, units, stride, target + first * columns, columns, weight is null ? null : weight + first);
    }
}
