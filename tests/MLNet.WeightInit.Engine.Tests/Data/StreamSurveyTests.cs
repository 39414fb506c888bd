using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Tests.Network;

namespace MLNet.WeightInit.Engine.Tests.Data;

/// <summary>What the first reading of a stream keeps: exact where it says so, fair where it draws.</summary>
[TestFixture]
internal sealed class StreamSurveyTests
{
    static SurveyPlan Plan(int poolRows, NetworkTask task = NetworkTask.Regression, int outputs = 1, float? validation = 0, long seed = 1)
        => new() { Task = task, Outputs = outputs, Seed = seed, PoolRows = poolRows, ValidationFraction = validation };

    static TrainingSet Numbered(int rows) => new([.. Enumerable.Range(0, rows).Select(row => (float)row)], rows, 1, new float[rows], 1);

    static int[] Numbers(TrainingSet? rows) => rows is null ? [] : [.. Enumerable.Range(0, rows.Rows).Select(row => (int)rows.Row(row)[0])];

    [Test]
    public void Features_and_targets_are_standardized_as_in_memory([Values(60, 1_000)] int poolRows)
    {
        const int Rows = 700, Columns = 5;
        float[] features = Networks.Values(Rows * Columns, 3, 1), targets = Networks.Values(Rows, 4, 50), weights = [.. Networks.Values(Rows, 5).Select(value => value + 1.5f)];
        for (int row = 0; row < Rows; row++)
        {
            features[row * Columns] += 10_000;                 // a spread that is small beside the mean
            features[row * Columns + 1] = row % 3 == 0 ? 1 : 0;
            features[row * Columns + 2] = 0.1f;                // constant
            features[row * Columns + 3] *= 1e30f;
        }
        var data = new TrainingSet(features, Rows, Columns, targets, 1, weights);
        int[] all = [.. Enumerable.Range(0, Rows)];
        AffineScale expected = FeatureStatistics.Standardization(data, all), expectedTargets = TargetStatistics.Scale(data, all);

        var survey = new StreamSurvey(new SetStream(data), Plan(poolRows));
        AffineScale found = survey.Features.Standardization(), foundTargets = survey.Targets.TargetScale(expectedTargets);
        // Both ways sum 700 terms in double: relative errors below 700 · 2⁻⁵³ · (mean/σ)² = 1e-13 · 3e8 of the variance in the first column, far below half a float's unit (6e-8) in the others; one unit for the last rounding.
        for (int column = 0; column < Columns; column++)
        {
            Assert.That(found.Means[column], Is.EqualTo(expected.Means[column]).Within(MathF.BitIncrement(MathF.Abs(expected.Means[column])) - MathF.Abs(expected.Means[column])));
            Assert.That(found.Scales[column], Is.EqualTo(expected.Scales[column]).Within(column == 0 ? 1e-5f * expected.Scales[0] : 1.2e-7f * expected.Scales[column]));
        }
        Assert.That((found.Scales[1], found.Scales[2]), Is.EqualTo((1f, 0f)), "an indicator stays as it is, and a constant counts for nothing");
        Assert.That(foundTargets.Means[0], Is.EqualTo(expectedTargets.Means[0]).Within(1).Ulps);
        Assert.That(foundTargets.Scales[0], Is.EqualTo(expectedTargets.Scales[0]).Within(1).Ulps);
        Assert.That(survey.MeanWeight, Is.EqualTo(weights.Average(weight => (double)weight)).Within(700 * 1.2e-16));
    }

    /// <summary>More rows were to validate than are kept: the others are among the training rows where they were in the stream.</summary>
    [Test]
    public void Rows_that_no_longer_validate_are_back_in_their_places([Values(200, 350, 2_000)] int poolRows, [Values(0.3f, 0.7f)] float fraction)
    {
        var survey = new StreamSurvey(new SetStream(Numbered(300)), Plan(poolRows, validation: fraction));
        if (survey.SampleIsWhole)
            Assert.That(Numbers(survey.Sample), Is.Ordered);
        Assert.That(survey.SampleIsWhole, Is.EqualTo(survey.TrainingRows <= poolRows));
        Assert.That(Numbers(survey.Validation), Is.Ordered.And.No.AnyOf(Numbers(survey.Sample)));
        if (survey.SampleIsWhole)
            Assert.That(Numbers(survey.Validation).Concat(Numbers(survey.Sample)), Is.EquivalentTo(Enumerable.Range(0, 300)));
    }

    [Test]
    public void Missing_features_are_filled_and_indicated_by_all_rows_not_by_the_sample()
    {
        const int Rows = 900, Columns = 4;
        float[] features = Networks.Values(Rows * Columns, 3, 5);
        for (int row = 0; row < Rows; row++)
        {
            if (row % 5 == 0)
                features[row * Columns] = float.NaN;
            if (row != 700)
                features[row * Columns + 1] = float.NaN;       // there in one row of 900
            features[row * Columns + 2] = float.NaN;           // in none
        }
        features[800 * Columns + 3] = float.NaN;               // missing in one
        var data = new TrainingSet(features, Rows, Columns, new float[Rows], 1);
        int[] all = [.. Enumerable.Range(0, Rows)];
        InputEncoding expected = MissingFeatures.Encode(data, all);
        AffineScale expectedScale = FeatureStatistics.Standardization(data, all);

        ColumnMoments found = new StreamSurvey(new SetStream(data), Plan(poolRows: 50)).Features;
        Assert.That(found.MissingFeatures().Indicators, Is.EqualTo((int[])[0, 1, 3]).And.EqualTo(expected.Indicators));
        Assert.That(found.MissingFeatures().Fills, Is.EqualTo(expected.Fills).Within(1).Ulps);
        // 900 terms in double are 1e-13 off at most: one unit of a float for the last rounding.
        Assert.That(found.Standardization().Means, Is.EqualTo(expectedScale.Means).Within(1).Ulps);
        Assert.That(found.Standardization().Scales, Is.EqualTo(expectedScale.Scales).Within(1).Ulps);
        Assert.That(Enumerable.Range(0, Columns).Select(found.IsConstant), Is.EqualTo((bool[])[false, false, true, false]), "there or not tells rows apart too");
    }

    [Test]
    public void A_sample_that_all_rows_fit_is_all_rows_in_order([Values(50, 51, 1_000)] int poolRows)
    {
        var survey = new StreamSurvey(new SetStream(Numbered(50)), Plan(poolRows));
        Assert.That(survey.SampleIsWhole);
        Assert.That(Numbers(survey.Sample), Is.EqualTo(Enumerable.Range(0, 50)));
    }

    [Test]
    public void A_sample_has_each_row_with_the_same_probability()
    {
        const int Rows = 300, PoolRows = 40, Seeds = 2_000;
        var taken = new int[Rows];
        double size = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var survey = new StreamSurvey(new SetStream(Numbered(Rows)), Plan(PoolRows, seed: seed));
            Assert.That(survey.SampleIsWhole, Is.False);
            int[] sample = Numbers(survey.Sample);
            Assert.That(sample, Has.Length.LessThanOrEqualTo(PoolRows).And.Ordered);
            size += sample.Length / (double)Seeds;
            foreach (int row in sample)
                taken[row]++;
        }
        // Each count is binomial with share size / 300; five standard errors.
        double share = size / Rows, error = Math.Sqrt(share * (1 - share) * Seeds);
        Assert.That(size, Is.InRange(PoolRows / 2.0, PoolRows));
        Assert.That(taken, Has.All.EqualTo(share * Seeds).Within(5 * error));
        // The same for halves of the data, whose sums have a 150th of the relative variance: an excess of early rows would show.
        Assert.That(taken[..150].Sum(), Is.EqualTo(taken[150..].Sum()).Within(5 * error * Math.Sqrt(300)));
    }

    [Test]
    public void A_share_of_the_rows_validates_by_the_seed_and_no_more_than_an_eighth_of_the_pool()
    {
        var survey = new StreamSurvey(new SetStream(Numbered(4_000)), Plan(8_000, validation: 0.1f));
        // Binomial of 4,000 and 0.1: five standard deviations of 19.
        Assert.That(survey.Validation!.Rows, Is.EqualTo(400).Within(95));
        Assert.That(survey.ValidationIsCut, Is.False);
        Assert.That(survey.TrainingRows + survey.Validation.Rows, Is.EqualTo(4_000));
        Assert.That(survey.SampleIsWhole, "no row came back from validation");

        var cut = new StreamSurvey(new SetStream(Numbered(4_000)), Plan(800, validation: 0.1f));
        Assert.That(cut.ValidationIsCut);
        Assert.That(cut.Validation!.Rows, Is.InRange(30, 100), "an eighth of 800 at most, and about half of it after the bound was halved");
        Assert.That(cut.TrainingRows + cut.Validation.Rows, Is.EqualTo(4_000));
        Assert.That(Numbers(cut.Validation), Is.SubsetOf(Numbers(survey.Validation)), "a lower bound keeps the rows below it");
        Assert.That(Numbers(new StreamSurvey(new SetStream(Numbered(4_000)), Plan(8_000, validation: 0.1f, seed: 2)).Validation), Is.Not.EqualTo(Numbers(survey.Validation)));
    }

    [TestCase(499, 0)]
    [TestCase(500, 50)]
    [TestCase(5_000, 70)]
    public void Left_open_a_tenth_of_the_rows_validates_from_a_number_on_and_up_to_a_number(int rows, int expected)
    {
        SurveyPlan plan = Plan(3_000, validation: null) with { FewestRowsForValidation = 500, MostValidationRows = 70 };
        var survey = new StreamSurvey(new SetStream(Numbered(rows)), plan);
        // Binomial where the number does not decide: five standard deviations of 6.7.
        Assert.That(survey.Validation?.Rows ?? 0, Is.EqualTo(expected).Within(expected == 50 ? 34 : 0));
        Assert.That(survey.TrainingRows, Is.EqualTo(rows - (survey.Validation?.Rows ?? 0)));
        Assert.That(survey.Features.Means[0], Is.EqualTo(Enumerable.Range(0, rows).Except(Numbers(survey.Validation)).Average()).Within(1e-9), "rows that don't validate after all train");
    }

    [Test]
    public void Rows_train_where_all_would_validate()
    {
        var survey = new StreamSurvey(new SetStream(Numbered(2)), Plan(100, validation: 0.9999999f));
        Assert.That(survey.TrainingRows, Is.GreaterThan(0));
    }

    [Test]
    public void Classes_are_weighed_in_sample_validation_and_mean()
    {
        float[] targets = [.. Enumerable.Range(0, 900).Select(row => row % 3 == 0 ? 1f : 0)], weights = [.. Enumerable.Range(0, 900).Select(row => row % 2 + 1f)];
        var data = new TrainingSet(new float[900], 900, 1, targets, 1, weights);
        var survey = new StreamSurvey(new SetStream(data), Plan(100, NetworkTask.Binary, validation: 0.01f));
        // Of 300 rows of class 1 and 600 of class 0, half weigh 2.
        Assert.That(survey.ClassTotals, Is.EqualTo((double[])[900, 450]));
        survey.WeightClasses([0.5f, 4]);
        double sum = Enumerable.Range(0, survey.Validation!.Rows).Sum(row => survey.Validation.WeightOf(row));
        Assert.That(survey.MeanWeight * survey.TrainingRows + sum, Is.EqualTo(900 * 0.5 + 450 * 4).Within(1e-9), "every row is in the mean or validates");
        for (int row = 0; row < survey.Sample.Rows; row++)
            Assert.That(survey.Sample.WeightOf(row), survey.Sample.Targets[row] == 1 ? Is.EqualTo(4).Or.EqualTo(8) : Is.EqualTo(0.5).Or.EqualTo(1));
    }

    [Test]
    public void Sorted_labels_differ_between_pools_and_mixed_ones_hardly([Values(0, 2)] int classes)
    {
        double Between(Func<int, float> label)
        {
            var mixing = new LabelMixing(stretch: 100, classes, targetColumns: 1);
            for (int row = 0; row < 1_000; row++)
                mixing.Add([label(row)]);
            return mixing.BetweenStretches();
        }
        Assert.That(Between(row => row < 500 ? 0 : 1), Is.EqualTo(1).Within(1e-12), "each stretch has one label");
        Assert.That(Between(row => row % 2), Is.Zero.Within(1e-12), "each stretch has the same");
        // 0.9 of one in the first half of the stretches, 0.1 in the second: means ±0.4 around 0.5, and 0.4² / 0.5² of the variance.
        Assert.That(Between(row => (row < 500 ? row % 10 < 9 : row % 10 == 9) ? 1 : 0), Is.EqualTo(0.64).Within(1e-12));
        Assert.That(Between(_ => 1), Is.Zero, "one label in all rows");
    }

    [Test]
    public void Values_far_from_zero_are_judged_by_their_spread()
    {
        var mixing = new LabelMixing(stretch: 10, classes: 0, targetColumns: 2);
        for (int row = 0; row < 100; row++)
            mixing.Add([row % 2, 1e6f + (row < 50 ? 0 : 0.5f)]);
        Assert.That(mixing.BetweenStretches(), Is.EqualTo(1).Within(1e-9), "the largest of the columns");
    }
}
