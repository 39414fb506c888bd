namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

public class InitializationReportTests
{
    /// <summary>Stored in model files and compared by programs: the order may never change.</summary>
    [Test]
    public void Verdicts_stand_in_the_documented_order_of_gravity()
        => Assert.That(string.Join(' ', Enum.GetValues<Verdict>().Select(verdict => $"{(int)verdict}:{verdict}")), Is.EqualTo(
            "0:Healthy 1:Drifting 2:MisplacedPrior 3:OverConfidentHead 4:Stalling 5:TooDeep 6:LrUnstable 7:Saturated 8:RankCollapse 9:Dead 10:VanishingForward 11:VanishingGradient 12:ExplodingForward 13:ExplodingGradient 14:Symmetric 15:NonFinite"));

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
