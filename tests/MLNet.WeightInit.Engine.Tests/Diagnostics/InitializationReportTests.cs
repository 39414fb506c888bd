namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

public class InitializationReportTests
{
    /// <summary>Stored in model files and compared by programs: the order may never change.</summary>
    [Test]
    public void Verdicts_stand_in_the_documented_order_of_gravity()
        => Assert.That(string.Join(' ', Enum.GetValues<Verdict>().Select(verdict => $"{(int)verdict}:{verdict}")), Is.EqualTo(
            "0:Healthy 1:Drifting 2:MisplacedPrior 3:OverConfidentHead 4:TooDeep 5:LrUnstable 6:Saturated 7:RankCollapse 8:Dead 9:VanishingForward 10:VanishingGradient 11:ExplodingForward 12:ExplodingGradient 13:Symmetric 14:NonFinite"));

    [Test]
    public void The_verdict_is_the_gravest_finding_that_is_more_than_a_note()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Reports.Create(2).Verdict, Is.EqualTo(Verdict.Healthy));
            Assert.That(Reports.Create(2, Finding(Verdict.NonFinite, Severity.Note)).Verdict, Is.EqualTo(Verdict.Healthy));
            Assert.That(Reports.Create(2, Finding(Verdict.Dead, Severity.Error), Finding(Verdict.VanishingGradient, Severity.Warning), Finding(Verdict.Symmetric, Severity.Note)).Verdict, Is.EqualTo(Verdict.VanishingGradient));
        }
    }

    static Finding Finding(Verdict verdict, Severity severity) => new(verdict, severity, 0, 0, "Evidence", []);
}
