using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Diagnostics.Findings;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Tests.Training;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>What a diagnosis says of remedies is what the networks say that have them.</summary>
[TestFixture]
internal sealed class RemedyTrialsTests
{
    static readonly TrainingSet s_data = Trainings.Rings(300);

    static readonly int[] s_deep = [.. Enumerable.Repeat(64, 30)];

    static TrainingOptions Deep(string init) => Trainings.Options(NetworkTask.Multiclass, 3, s_deep, init: init, optimizer: "SGD", epochs: 0);

    [Test]
    public void Before_and_after_are_the_figures_of_the_two_networks()
    {
        Finding finding = Diagnose(Deep("glorot")).Findings.First(finding => finding.Verdict == Verdict.VanishingGradient);
        Remedy he = finding.Remedies.Single(remedy => remedy.Code == "init: \"He\"");
        // Six digits, so half a unit of the sixth. From the plain reports' own tables: the gradient at the first hidden layer over that at the last.
        Assert.That(he.Effect!.Figure, Is.EqualTo("gradient ratio"));
        Assert.That(he.Effect.Before, Is.EqualTo(Ratio(Plain(Deep("glorot")))).Within(5e-4).Percent);
        Assert.That(he.Effect.After, Is.EqualTo(Ratio(Plain(Deep("he")))).Within(5e-4).Percent);
        Assert.That(finding.Judged, Is.EqualTo(new JudgedFigure("gradient ratio", he.Effect.Before)));
        Assert.That(he.Effect.Before, Is.LessThan(1e-3));
        Assert.That(he.Effect.After, Is.InRange(0.1, 10), "He keeps gradients (He et al. 2015)");
        Assert.That(he.Effect.ToString(), Does.Match(@"^gradient ratio \S+ -> \S+$"));

        static double Ratio(InitializationReport report) => report.Layers[0].PreActivationGradientNorm / report.Layers[29].PreActivationGradientNorm;
    }

    [Test]
    public void Remedies_stand_in_the_order_of_their_effect()
    {
        foreach (string init in new[] { "glorot", "normal(deviation=0.01)", "normal(deviation=1)" })
            foreach (Finding finding in Diagnose(Deep(init)).Findings.Where(finding => finding.Severity > Severity.Note))
            {
                // First by the chance of learning behind the remedy, in tenths and of a plain report, then by what is left of the figure.
                (double Chance, double Distance)[] mended = [.. finding.Remedies.Where(remedy => remedy.Effect?.Verdict == Verdict.Healthy)
                    .Select(remedy => (-Math.Round(Plain(RemedyTrials.Apply(remedy.Code, Deep(init))!).Forecast!.Probability, 1), Math.Abs(Math.Log(remedy.Effect!.After))))];
                if (finding.Judged!.Name.EndsWith("ratio", StringComparison.Ordinal))
                    Assert.That(mended, Is.EqualTo(mended.Order()), $"{init}, {finding.Verdict}");
                Assert.That(finding.Remedies.Select(remedy => remedy.Effect is null), Is.Ordered, "those without a figure come last");
            }
    }

    /// <summary>A bias of −10 silences every unit; biases of 0 wake them. A wild head is sure of what it can't know; zeros are not.</summary>
    [TestCase("dead share", Verdict.Dead, "BiasInit = \"zeros\"", 1.0, 0.3)]
    [TestCase("cost of the outputs' variation", Verdict.OverConfidentHead, "OutputInit = \"zeros\"", 2.0, 1e-6)]
    public void The_remedy_of_its_cause_takes_the_finding_away(string figure, Verdict verdict, string code, double atLeastBefore, double atMostAfter)
    {
        WeightInitializer Parse(string text) => InitializerRegistry.CreateDefault().Parse(text);
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [64, 64], init: "he", epochs: 0);
        options = verdict == Verdict.Dead ? options with { BiasInit = Parse("constant(value=-10)") } : options with { OutputInit = Parse("normal(deviation=3)") };
        RemedyEffect effect = Diagnose(options).Findings.First(finding => finding.Verdict == verdict).Remedies.Single(remedy => remedy.Code == code).Effect!;
        Assert.That(effect.Figure, Is.EqualTo(figure));
        Assert.That(effect.Before, Is.GreaterThanOrEqualTo(atLeastBefore));
        Assert.That(effect.After, Is.LessThanOrEqualTo(atMostAfter));
        Assert.That(effect.Verdict, Is.EqualTo(Verdict.Healthy));
    }

    /// <summary>
    /// Eight sigmoid layers of Glorot's: neither layer normalization nor Glorot's own rule moves the rows' distance, fewer layers do. What doesn't help stands last, and the text says so.
    /// </summary>
    [Test]
    public void What_does_not_help_is_told_apart_from_what_does()
    {
        InitializationReport report = Diagnose(Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(20, 9)], init: "glorot", activation: "Sigmoid", optimizer: "SGD", epochs: 25));
        Remedy[][] measured = [.. report.Findings.Select(finding => finding.Remedies.Where(remedy => remedy.Effect is not null).ToArray())];
        Assert.That(measured.SelectMany(remedies => remedies).Select(remedy => remedy.Effect!.Helps), Does.Contain(true).And.Contain(false));
        foreach (Finding finding in report.Findings)
        {
            Assert.That(finding.Remedies.Select(remedy => remedy.Effect?.Helps == false), Is.Ordered);
            foreach (Remedy remedy in finding.Remedies.Where(remedy => remedy.Effect is { Figure: "gradient ratio" or "signal ratio" }))
            {
                // By the definition of both ratios, whose best is 1.
                (double before, double after) = (Math.Abs(Math.Log(remedy.Effect!.Before)), Math.Abs(Math.Log(remedy.Effect.After)));
                Assert.That(remedy.Effect.Helps, Is.False.Or.EqualTo(after < 0.9 * before).Or.EqualTo(finding.Severity > Severity.Note && after <= before));
            }
        }
        // However near a figure comes: what fails all the same when it is tried out as a whole doesn't help a warning.
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(20, 9)], init: "glorot", activation: "Sigmoid", optimizer: "SGD", epochs: 25);
        foreach (Remedy remedy in report.Findings.Where(finding => finding.Severity > Severity.Note).SelectMany(finding => finding.Remedies).Where(remedy => remedy.Effect?.Helps == true))
        {
            StartTrial trial = Diagnose(RemedyTrials.Apply(remedy.Code, options)!).Trial!;
            Assert.That(trial.Loss, Is.LessThan(trial.BestConstantLoss));
        }
        string text = report.ToString().ReplaceLineEndings(" ");
        foreach (Remedy remedy in measured.SelectMany(remedies => remedies).Where(remedy => !remedy.Effect!.Helps))
            Assert.That(text, Does.Match($"Tried in memory, +without +help: .*{System.Text.RegularExpressions.Regex.Escape(remedy.Code).Replace("\\ ", " +")}"));
        Assert.That(report.ToMarkdown(), Does.Contain(": no help)"));
        Assert.That(InitializationReport.FromJson(report.ToJson()).ToString(), Is.EqualTo(report.ToString()));
    }

    /// <summary>A network that stays as it is, whatever is changed: what can't be measured may still help.</summary>
    [Test]
    public void What_was_not_measured_goes_before_what_does_not_help()
    {
        InitializationReport report = Plain(Deep("glorot"));
        Finding finding = report.Findings.First(one => one.Verdict == Verdict.VanishingGradient) with { Remedies = [new("init: \"He\""), new("BatchSize = 256")] };
        Finding measured = RemedyTrials.Measure(report.With([finding]), Deep("glorot"), _ => report).Findings.Single();
        Assert.That(measured.Remedies.Select(remedy => (remedy.Code, remedy.Effect?.Helps)), Is.EqualTo(new (string, bool?)[] { ("BatchSize = 256", null), ("init: \"He\"", false) }));
    }

    [TestCase("chance of learning", 0.05, 0.14, false)]
    [TestCase("chance of learning", 0.05, 0.16, true)]
    [TestCase("chance of learning", 0.91, 0.96, true, Description = "half of what is left")]
    [TestCase("loss after the training", 1.61, 1.60, false)]
    [TestCase("loss after the training", 1.61, 1.55, true)]
    [TestCase("loss after the training", -10, -11, true, Description = "of counts, whose loss lacks a term of the labels")]
    [TestCase("loss after the training", -10, -9, false)]
    [TestCase("loss after the first steps", double.PositiveInfinity, 3, true)]
    [TestCase("loss after the first steps", double.PositiveInfinity, double.PositiveInfinity, false)]
    [TestCase("loss after the first steps", 3, double.NaN, false)]
    [TestCase("gradient ratio", 1e-4, 1e-3, true)]
    [TestCase("gradient ratio", 1e-4, 1e4, false)]
    [TestCase("gradient ratio", 1e-4, double.NaN, false)]
    [TestCase("rows' distance left", 0, 0, false)]
    [TestCase("rows' distance left", 0, 0.5, true)]
    [TestCase("decay by gradient", double.PositiveInfinity, 0, true)]
    [TestCase("dead share", 0.6, 0.58, false)]
    public void Nearer_is_by_more_than_nothing(string figure, double before, double after, bool isNearer) => Assert.That(JudgedFigures.IsNearer(figure, before, after), Is.EqualTo(isNearer));

    /// <summary>All units are dead, so that there is neither a forecast nor a cosine: what is judged is what is left of the rows' distance, which is nothing, and not the loss of the start.</summary>
    [Test]
    public void Rows_that_became_one_are_judged_by_their_distance()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [40, 30], init: "he", epochs: 25) with { BiasInit = InitializerRegistry.CreateDefault().Parse("constant(value=-6)") };
        Finding[] findings = [.. Diagnose(options).Findings.Where(finding => finding.Verdict == Verdict.RankCollapse && finding.Severity > Severity.Note)];
        Assert.That(findings.Select(finding => (finding.Judged!.Name, finding.Judged.Value)), Is.Not.Empty.And.All.EqualTo(("rows' distance left", 0.0)));
        Assert.That(findings[0].Evidence, Does.Not.Contain("NaN"));
    }

    /// <summary>The initial loss doesn't know of the rate: what a trial of the first steps ends at does, and it is the trial that a diagnosis makes of the options with the remedy: as long as the one before it.</summary>
    [Test]
    public void A_rate_that_is_too_high_is_judged_by_the_loss_after_the_first_steps()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], init: "he", optimizer: "SGD") with { LearningRate = 30 };
        Finding finding = Diagnose(options).Findings.First(finding => finding.Verdict == Verdict.LrUnstable);
        Remedy rate = finding.Remedies.First(remedy => remedy.Code.StartsWith("LearningRate", StringComparison.Ordinal));
        Assert.That(finding.Judged!.Name, Is.EqualTo("loss after the first steps"));
        Assert.That(finding.Judged.Value, Is.GreaterThan(Plain(options).InitialLoss), "the trial of the rate that was asked for");
        Assert.That(rate.Effect!.After, Is.LessThan(Plain(options).InitialLoss));
        Assert.That(rate.Effect.After, Is.EqualTo(Diagnose(RemedyTrials.Apply(rate.Code, options)!).FigureOf("loss after the first steps")));
        DrawnFigure drawn = Diagnose(options).Draws!.Figures.Single(figure => figure.Name == "loss after the first steps");
        Assert.That(drawn.Lowest, Is.GreaterThan(Plain(options).InitialLoss), "every draw's trial is as long as the report's");
    }

    /// <summary>What the options have, or can't have, is no remedy: the rate itself, a batch for L-BFGS, which takes all rows, and layers that leave no residual block.</summary>
    [TestCase("LearningRate = 0.01f", true)]
    [TestCase("LearningRate = 0.001f", false)]
    [TestCase("BatchSize = 128", false)]
    [TestCase("hiddenLayers: [64, 64]", false)]
    [TestCase("init: \"he\"", true)]
    public void What_the_options_have_or_can_t_have_is_not_proposed(string code, bool isNew)
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [.. Enumerable.Repeat(16, 5)], init: "glorot", optimizer: "L-BFGS", epochs: 0) with { LearningRate = 0.001f, Residual = new ResidualBlocks(2) };
        Assert.That(Remedy.IsNew(code, JudgedTraining.Of(Plain(options), options, epochs: 10)), Is.EqualTo(isNew));
    }

    /// <summary>A training that fails with nineteen of twenty units dropped: that is named first, and then more epochs.</summary>
    [Test]
    public void Too_much_dropout_is_named_with_less_of_it()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [16, 16], init: "he", epochs: 0) with { Dropout = new Dropout(0.95f, isAlpha: true) };
        Finding finding = ForecastJudgement.OfEnd(JudgedTraining.Of(Plain(options), options, epochs: 30), "it failed");
        Assert.That(finding.Evidence, Does.StartWith("it failed").And.Contain("dropout leaves 5 % of the units").And.Not.Contain("learning rate"));
        Assert.That(finding.Remedies.Select(remedy => remedy.Code), Is.EqualTo(new[] { "Dropout = 0.2f", "init: \"Auto\"", "Standardize = true", "NumberOfEpochs = 90" }));
        Dropout less = RemedyTrials.Apply(finding.Remedies[0].Code, options)!.Dropout!;
        Assert.That((less.Rate, less.IsAlpha), Is.EqualTo((0.2f, true)));
    }

    /// <summary>Where only the forecast speaks, its chance is what a remedy is measured by; the text has it in percent.</summary>
    [Test]
    public void A_training_that_stalls_is_judged_by_where_it_ended_when_it_was_tried()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], init: "he", optimizer: "SGD") with { LearningRate = 1e-7f };
        InitializationReport report = Diagnose(options);
        Finding finding = report.Findings.First(finding => finding.Verdict == Verdict.Stalling);
        RemedyEffect effect = finding.Remedies[0].Effect!;
        Assert.That(effect.Figure, Is.EqualTo("loss after the training"));
        Assert.That((effect.Before, report.Trial!.IsWhole), Is.EqualTo((report.Trial.Loss, true)));
        Assert.That(effect.After, Is.EqualTo(Diagnose(RemedyTrials.Apply(finding.Remedies[0].Code, options)!).Trial!.Loss).And.LessThan(effect.Before));
    }

    /// <summary>The beginning of a longer training says nothing of its end.</summary>
    [Test]
    public void A_training_that_is_too_long_to_be_tried_as_a_whole_is_judged_by_its_chance()
    {
        TrainingOptions options = Trainings.Options(NetworkTask.Multiclass, 3, [32, 32], init: "he", optimizer: "SGD", epochs: 1_000_000) with { LearningRate = 1e-10f };
        InitializationReport report = Diagnose(options);
        Finding finding = report.Findings.First(finding => finding.Verdict == Verdict.Stalling);
        RemedyEffect effect = finding.Remedies[0].Effect!;
        Assert.That(effect.Figure, Is.EqualTo("chance of learning"));
        Assert.That(report.Trial!.Steps, Is.GreaterThan(1_000).And.LessThan(report.Trial.PlannedSteps));
        Assert.That(effect.Before, Is.EqualTo(report.Forecast!.Probability).Within(5e-4).Percent);
        Assert.That(effect.After, Is.EqualTo(Plain(RemedyTrials.Apply(finding.Remedies[0].Code, options)!).Forecast!.Probability).Within(5e-4).Percent);
        Assert.That(effect.After, Is.GreaterThan(effect.Before));
        Assert.That(effect.ToString(), Does.Match(@"^chance of learning <?[\d.]+ % -> >?[\d.]+ %$"));
    }

    [Test]
    public void Every_code_that_rules_propose_can_be_applied()
    {
        TrainingOptions options = Deep("glorot") with { Standardize = false };
        Assert.That(RemedyTrials.Apply(Remedy.Auto, options)!.Init.Name, Is.EqualTo("auto").IgnoreCase);
        Assert.That(RemedyTrials.Apply(Remedy.InitFor("SELU"), options)!.Init.Specification, Is.EqualTo(InitializerRegistry.CreateDefault().Parse("LeCun").Specification));
        Assert.That(RemedyTrials.Apply(Remedy.Relu, options with { Activation = null! })!.Activation.Name, Is.EqualTo("ReLU"));
        Assert.That(RemedyTrials.Apply(Remedy.FewerLayers, options)!.HiddenLayers, Is.EqualTo(new[] { 64, 64 }));
        Assert.That(RemedyTrials.Apply(Remedy.ZeroHead, options)!.OutputInit!.Name, Is.EqualTo("zeros").IgnoreCase);
        Assert.That(RemedyTrials.Apply(Remedy.ZeroBias, options)!.BiasInit!.Name, Is.EqualTo("zeros").IgnoreCase);
        Assert.That(RemedyTrials.Apply(Remedy.PriorBias, options)!.BiasInit!.Name, Is.EqualTo("auto").IgnoreCase);
        Assert.That(RemedyTrials.Apply(Remedy.LayerNormalization, options)!.Normalization, Is.EqualTo(Normalization.Layer));
        Assert.That(RemedyTrials.Apply(Remedy.Standardize, options)!.Standardize, Is.True);
        Assert.That(RemedyTrials.Apply("LearningRate = 0.01f", options)!.LearningRate, Is.EqualTo(0.01f));
        Assert.That(RemedyTrials.Apply("ask a friend", options), Is.Null);
        Assert.That(RemedyTrials.Apply("Colour = \"red\"", options), Is.Null);
    }

    [Test]
    public void Draws_are_networks_of_other_weights_on_the_same_rows()
    {
        TrainingOptions options = Deep("glorot");
        WeightDraws draws = Diagnose(options).Draws!;
        double[] ratios = [.. Enumerable.Range(0, 5).Select(draw => Plain(options with { FillSeed = options.Seed + draw })).Select(report => report.Layers[0].PreActivationGradientNorm / report.Layers[29].PreActivationGradientNorm).Order()];
        DrawnFigure figure = draws.Figures.Single(drawn => drawn.Name == "gradient ratio");
        Assert.That(draws.Count, Is.EqualTo(5));
        Assert.That(draws.Verdicts, Is.All.EqualTo(draws.Verdicts[0]), "30 layers of Glorot under SGD vanish whatever the draw");
        Assert.That(draws.VerdictShare, Is.EqualTo(1));
        Assert.That(figure.Lowest, Is.EqualTo(ratios[0]).Within(5e-4).Percent);
        Assert.That(figure.Median, Is.EqualTo(ratios[2]).Within(5e-4).Percent);
        Assert.That(figure.Highest, Is.EqualTo(ratios[4]).Within(5e-4).Percent);
        Assert.That(figure.Lowest, Is.LessThan(figure.Highest));
        Assert.That(Plain(options with { FillSeed = options.Seed }).ToJson(), Is.EqualTo(Plain(options).ToJson()));
    }

    /// <summary>As a chance of learning is in none where another rule is sure.</summary>
    [Test]
    public void A_draw_that_lacks_a_figure_does_not_spoil_it()
    {
        TrainingOptions options = Deep("glorot");
        InitializationReport report = Diagnose(options), unmeasured = Plain(options with { Diagnostics = DiagnosticsLevel.Off });
        WeightDraws draws = DrawTrials.Measure(report, options, _ => unmeasured);
        double own = report.Findings[0].Judged!.Value;
        Assert.That(draws.Count, Is.EqualTo(5));
        Assert.That(draws.Figures.Single(drawn => drawn.Name == report.Findings[0].Judged!.Name), Is.EqualTo(new DrawnFigure(report.Findings[0].Judged!.Name, own, own, own)));
    }

    [Test]
    public void Effects_and_draws_are_written_and_read()
    {
        InitializationReport report = Diagnose(Deep("glorot")), read = InitializationReport.FromJson(report.ToJson());
        Assert.That(read.ToJson(), Is.EqualTo(report.ToJson()));
        Assert.That(read.Findings[0].Remedies, Is.EqualTo(report.Findings[0].Remedies));
        Assert.That(read.Findings[0].Judged, Is.EqualTo(report.Findings[0].Judged));
        Assert.That(read.Draws!.Verdicts, Is.EqualTo(report.Draws!.Verdicts));
        Assert.That(read.Draws.Figures, Is.EqualTo(report.Draws.Figures));
        string text = report.ToString();
        Assert.That(text.ReplaceLineEndings(" "), Does.Contain(" -> ").And.Contain("Of 5 draws of the weights 5 give this verdict"));
        Assert.That(text.Split('\n').Max(line => line.Length), Is.LessThanOrEqualTo(100));
    }

    [Test]
    public void A_training_measures_neither()
    {
        InitializationReport report = Plain(Deep("glorot"));
        Assert.That(report.Draws, Is.Null);
        Assert.That(report.Findings.SelectMany(finding => finding.Remedies).Select(remedy => remedy.Effect), Is.All.Null);
        Assert.That(report.Findings.Select(finding => finding.Judged), Is.All.Not.Null);
    }

    [Test]
    public void Threads_and_widths_do_not_reach_a_diagnosis()
    {
        string expected = Diagnose(Deep("glorot") with { HiddenLayers = [24, 24, 24, 24] }).ToJson();
        Assert.That(Diagnose(Deep("glorot") with { HiddenLayers = [24, 24, 24, 24], Threads = 2 }).ToJson(), Is.EqualTo(expected));
    }

    static InitializationReport Diagnose(TrainingOptions options) => Plain(options with { Diagnostics = DiagnosticsLevel.Full });

    static InitializationReport Plain(TrainingOptions options) => NetworkTrainer.Train(s_data, options with { OnlyMeasures = true }).Initialization;
}
