using MLNet.WeightInit.Engine.Training.Optimizers;
using MLNet.WeightInit.Engine.Training.Schedules;

namespace MLNet.WeightInit.Engine.Tests.Architecture;

[TestFixture]
internal sealed class OptimizationPageTests
{
    [Test]
    public void The_page_has_a_row_for_every_optimizer_and_schedule()
    {
        string[] rows = [.. Repository.Read("docs/optimization.md").Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Split('|')[1])];
        foreach (string name in (IEnumerable<string>)[.. Optimizers.All, .. Schedules.All])
            Assert.That(rows, Has.Some.Contains($"`{name}`"));
    }
}
