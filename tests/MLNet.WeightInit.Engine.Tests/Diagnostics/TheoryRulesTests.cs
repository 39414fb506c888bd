using MLNet.WeightInit.Engine.Diagnostics.Findings;
using static MLNet.WeightInit.Engine.Tests.Diagnostics.Statistics;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

/// <summary>The findings that theory has a part in, on both sides of their limits.</summary>
public class TheoryRulesTests
{
    /// <summary>Three layers have five figures: 0.01 / 2 / 5 on each side is 3.0902 deviations, where the 95 % band has 1.95996. With a band of e^±0.196 that is e^±0.30902.</summary>
    [TestCase(0.30, false)]
    [TestCase(0.32, true)]
    [TestCase(-0.30, false)]
    [TestCase(-0.32, true)]
    public void A_figure_beyond_chance_is_a_note(double distance, bool isFound)
    {
        Finding[] found = Examine(layer => layer with { PreActivationDeviation = layer.Layer == "hidden[1]" ? Math.Exp(distance) : 1 });
        Assert.That(found, Has.Length.EqualTo(isFound ? 1 : 0));
        if (isFound)
        {
            Assert.That((found[0].Verdict, found[0].Severity, found[0].FirstLayer), Is.EqualTo((Verdict.Drifting, Severity.Note, 1)));
            Assert.That(found[0].Evidence, Does.Contain("0.734 to 1.36"), "e^±0.309");
        }
    }

    [Test]
    public void A_gradient_beyond_chance_is_a_note_of_the_first_such_layer()
    {
        Finding[] found = Examine(layer => layer.Layer == "output" ? layer : layer with { PreActivationGradientNorm = 0.14 });
        Assert.That(found.Select(finding => (finding.FirstLayer, finding.LastLayer)), Is.EqualTo(new[] { (0, 0) }));
    }

    /// <summary>Under one output a nearly linear layer's gradient is all but certain, and theory of first order isn't: e^±1/64 for 64 units, 1.6 %.</summary>
    [TestCase(1.014, false)]
    [TestCase(1.017, true)]
    public void A_band_narrower_than_theory_is_right_takes_what_theory_leaves_out(double factor, bool isFound)
    {
        NetworkTheory narrow = Theory(2) with { Layers = [.. Theory(2).Layers.Select(layer => layer with { LowestGradientNorm = 0.09999, HighestGradientNorm = 0.10001 })] };
        Finding[] found = FindingRules.Examine(Context([.. Chain(2).Select(layer => layer.Layer == "hidden[1]" ? layer with { PreActivationGradientNorm = 0.1 * factor } : layer)], Sgd, theory: narrow));
        Assert.That(found, Has.Length.EqualTo(isFound ? 1 : 0));
    }

    [Test]
    public void Without_bands_nothing_is_beyond_chance()
        => Assert.That(FindingRules.Examine(Context(Chain(2), Sgd, theory: Theory(2) with { Layers = [.. Theory(2).Layers.Select(layer => layer with { LowestDeviation = double.NaN, HighestDeviation = double.NaN, LowestGradientNorm = 0, HighestGradientNorm = 0 })] })), Is.Empty);

    /// <summary>Ten hidden layers: 6 ξ = 10 at ξ = 1.6667, and 7.8 ξ = 10 at 1.2821.</summary>
    [TestCase(1.68, 0.01, 1, null, null)]
    [TestCase(1.65, 0.01, 1, Severity.Note, Severity.Note)]
    [TestCase(1.29, 0.01, 1, Severity.Note, Severity.Note)]
    [TestCase(1.27, 0.01, 1, Severity.Warning, Severity.Note)]
    [TestCase(1.27, 0.019, 1, Severity.Note, Severity.Note, Description = "the scale is that of the fixed point, and few of the layers are near it: e⁻⁴ is 0.0183")]
    [TestCase(1.27, 0.06, 1, null, null, Description = "the measured way doesn't agree")]
    [TestCase(1.27, 0.01, 0.9, null, null, Description = "chaotic: rows don't become one")]
    [TestCase(double.PositiveInfinity, 0.01, 1, null, null, Description = "critical")]
    public void Depth_is_judged_by_the_rows_scale(double depth, double kept, double end, Severity? underSgd, Severity? underAdam)
    {
        NetworkTheory theory = Alike(10, 1 - 0.5 * kept, 1 - 0.5 * kept) with { SimilarityDepth = depth, SimilarityFixedPoint = end };
        Assert.That(Of(Verdict.TooDeep, theory, Sgd)?.Severity, Is.EqualTo(underSgd));
        Assert.That(Of(Verdict.TooDeep, theory, Adam)?.Severity, Is.EqualTo(underAdam));
    }

    [Test]
    public void A_gradient_that_vanishes_is_told_once()
    {
        NetworkTheory theory = Alike(10, 1 - 1e-6, 1 - 1e-6) with { SimilarityDepth = 0.5 };
        Finding[] found = FindingRules.Examine(Context(Chain(10, gradientFactor: 0.4), Sgd, theory: theory));
        Assert.That(found.Where(finding => finding.Severity > Severity.Note && finding.Verdict != Verdict.Drifting).Select(finding => finding.Verdict), Is.EqualTo(new[] { Verdict.VanishingGradient }));
        Assert.That(FindingRules.Examine(Context(Chain(10, gradientFactor: 0.4), Adam, theory: theory)).First(finding => finding.Severity > Severity.Note).Verdict, Is.EqualTo(Verdict.RankCollapse), "Adam mends the one and not the other");
    }

    [TestCase(0.9e-4, 0.9e-4, true, true)]
    [TestCase(1.1e-4, 1.1e-4, true, false)]
    [TestCase(2.6e-4, 2.6e-4, false, false)]
    [TestCase(4.9e-4, 1e-2, true, true, Description = "a twentieth of theory's")]
    [TestCase(5.1e-4, 1e-2, false, false)]
    [TestCase(1.1e-3, 0.1, false, false)]
    [TestCase(8.8e-3, 3.8e-2, false, false, Description = "thirty He layers")]
    public void Rows_that_become_one_are_judged_by_their_distance(double kept, double predicted, bool underSgd, bool underAdam)
    {
        // Rows without negative values start alike: 0.9, and their cosine says nothing.
        NetworkTheory theory = Alike(10, 1 - 0.1 * kept, 1 - 0.1 * predicted, start: 0.9);
        Assert.That(Of(Verdict.RankCollapse, theory, Sgd)?.Severity, Is.EqualTo(underSgd ? Severity.Warning : null));
        Assert.That(Of(Verdict.RankCollapse, theory, Adam)?.Severity, Is.EqualTo(underAdam ? Severity.Warning : null));
    }

    // 1.08^30 = 10.06 and 1.079^30 = 9.8; 1.05^60 is 18.7.
    [TestCase(1.08, 30, true)]
    [TestCase(1.079, 30, false)]
    [TestCase(1.05, 60, false)]
    [TestCase(1.051, 60, true)]
    [TestCase(double.NaN, 60, false)]
    public void A_scale_that_nothing_holds_is_drifting(double slope, int hidden, bool isFound)
        => Assert.That(Of(Verdict.Drifting, Theory(hidden) with { StabilitySlope = slope }, Sgd)?.Severity, Is.EqualTo(isFound ? Severity.Warning : null));

    static Finding? Of(Verdict verdict, NetworkTheory theory, Engine.Diagnostics.TrainingDynamics training)
        => FindingRules.Examine(Context(Chain(theory.Layers.Count - 1), training, theory: theory)).SingleOrDefault(finding => finding.Verdict == verdict);

    /// <summary>Rows whose cosine goes from one to another, and by theory to a third.</summary>
    static NetworkTheory Alike(int hidden, double end, double predicted, double start = 0.5) => Theory(hidden) with
    {
        Layers = [.. Theory(hidden).Layers.Select((layer, index) => layer with { Similarity = index < hidden - 1 ? start : end, PredictedSimilarity = index < hidden - 1 ? start : predicted })],
    };

    static Finding[] Examine(Func<LayerStatistics, LayerStatistics> change) => FindingRules.Examine(Context([.. Chain(2).Select(change)], Sgd, theory: Theory(2)));
}
