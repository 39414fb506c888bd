using System.Globalization;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;

namespace MLNet.WeightInit;

/// <summary>How often verdicts were right, measured: random trainings on data sets that neither rules nor forecast were fitted on, judged by their start and, where the report had a look at it, by their end (<c>docs/benchmarks/trainability.md</c>).</summary>
/// <remarks>A training counts as sick where most of its seeds failed to close a fifth of the gap between the loss of the best constant and that of the best training of the same data.</remarks>
/// <param name="MissRate">Share of the trainings that failed which were called <see cref="Verdict.Healthy"/>, from 0 to 1.</param>
/// <param name="FalseAlarmRate">Share of the trainings that learned which had another verdict, from 0 to 1.</param>
/// <param name="Trainings">Trainings with this report's verdict.</param>
/// <param name="Learned">How many of them learned.</param>
public sealed record VerdictReliability(double MissRate, double FalseAlarmRate, int Trainings, int Learned)
{
    static readonly Lazy<Dictionary<Verdict, (int Trainings, int Learned)>> s_ofStarts = new(() => Read(TrainabilityRule.Text("verdicts.txt"))), s_ofEnds = new(() => Read(TrainabilityRule.Text("verdicts-of-ends.txt")));

    /// <summary>Null for a verdict that no training of the study had.</summary>
    /// <param name="isOfEnd">Whether the report knows how the training, or a trial of all of it, ended.</param>
    internal static VerdictReliability? Of(Verdict verdict, bool isOfEnd) => Of(verdict, (isOfEnd ? s_ofEnds : s_ofStarts).Value);

    internal static VerdictReliability? Of(Verdict verdict, IReadOnlyDictionary<Verdict, (int Trainings, int Learned)> study)
    {
        if (!study.TryGetValue(verdict, out (int Trainings, int Learned) same))
            return null;
        (int healthy, int healthyLearned) = study.GetValueOrDefault(Verdict.Healthy);
        int learned = study.Values.Sum(row => row.Learned), failed = study.Values.Sum(row => row.Trainings) - learned;
        return new VerdictReliability((healthy - healthyLearned) / (double)failed, (learned - healthyLearned) / (double)learned, same.Trainings, same.Learned);
    }

    /// <summary>Lines of a verdict, its trainings, and those that learned.</summary>
    internal static Dictionary<Verdict, (int Trainings, int Learned)> Read(string text)
        => text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(
            fields => Enum.Parse<Verdict>(fields[0]), fields => (int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[2], CultureInfo.InvariantCulture)));
}
