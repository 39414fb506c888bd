using MLNet.WeightInit.Engine.Diagnostics.Trainability;

namespace Trainability;

/// <summary>Fits the rule of the first 20 steps on the trainings of some data sets, and judges it on the others, beside the rule of the start on the same trainings.</summary>
static class StepFit
{
    /// <param name="cells">The study: outcomes.</param>
    /// <param name="steps">Figures of the first steps, a row a cell and seed.</param>
    /// <param name="rule">Where the rule is written.</param>
    public static void Run(string cells, string steps, string rule)
    {
        IReadOnlyList<StudyRow> all = StudyRow.ReadSteps(cells, steps);
        StudyRow[] seen = [.. all.Where(row => !row.IsUnseen)], unseen = [.. all.Where(row => row.IsUnseen)];
        var left = new List<(double Logit, float Learned)>();
        foreach (string data in seen.Select(row => row.Data).Distinct())
        {
            var others = TrainabilityRule.Read(Fit.Trees([.. seen.Where(row => row.Data != data)], 1, 0));
            left.AddRange(seen.Where(row => row.Data == data).Select(row => (others.Score(row.Figures), row.Learned)));
        }
        (double slope, double offset) = Fit.Calibrate(left);
        string text = Fit.Trees(seen, slope, offset);
        File.WriteAllText(rule, text);
        var fitted = TrainabilityRule.Read(text);
        Console.WriteLine("| trainings | number | learned | AUC | expected calibration error |\n|---|---|---|---|---|");
        Describe("fitted on", seen, fitted);
        Describe("**never seen**", unseen, fitted);
        foreach (var group in unseen.GroupBy(row => row.Data))
            Describe(group.Key, [.. group], fitted);
        Console.WriteLine($"""

            Leaving out one of the data sets that it is fitted on after the other gives an AUC of {Fit.Auc(left.Select(row => (row.Logit, row.Learned))):F3}.

            | forecast | trainings never seen | of which learned |
            |---|---|---|
            """);
        foreach (var bin in unseen.GroupBy(row => Math.Min(9, (int)(fitted.Probability(row.Figures) * 10))).OrderBy(bin => bin.Key))
            Console.WriteLine($"| {bin.Key * 10} to {bin.Key * 10 + 10} % | {bin.Count()} | {bin.Average(row => row.Learned):P0} |");
    }

    static void Describe(string name, StudyRow[] rows, TrainabilityRule rule)
    {
        (double Probability, float Learned)[] judged = [.. rows.Select(row => (rule.Probability(row.Figures), row.Learned))];
        Console.WriteLine($"| {name} | {rows.Length} | {rows.Average(row => row.Learned):P0} | {Fit.Auc(judged):F3} | {Fit.CalibrationError(judged):F3} |");
    }
}
