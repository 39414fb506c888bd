using System.Globalization;

namespace Trainability;

/// <summary>A cell of the study with what came of it.</summary>
/// <param name="Learned">1 where most of its seeds learned, else 0.</param>
sealed record StudyRow(string Data, bool IsUnseen, double[] Figures, float Learned, string Verdict, string SageMaker)
{
    /// <summary>A training has learned where it closes a fifth of the gap between the best constant and the best training on its data: few end near there, most at one of the ends.</summary>
    public const double Share = 0.2;

    public static IReadOnlyList<StudyRow> Read(string path)
    {
        string[] lines = File.ReadAllLines(path), names = lines[0].Split(',');
        int data = Array.IndexOf(names, "data"), prior = Array.IndexOf(names, "prior"), verdict = Array.IndexOf(names, "verdict"), sageMaker = Array.IndexOf(names, "sagemaker"), loss = Array.IndexOf(names, "loss1"), figures = loss + Cells.Seeds;
        string[][] cells = [.. lines.Skip(1).Select(line => line.Split(','))];
        var best = cells.GroupBy(cell => cell[data]).ToDictionary(group => group.Key, group => group.Min(cell => Losses(cell) is var losses ? losses.Order().ElementAt(losses.Length / 2) : 0));
        return [.. cells.Select(cell =>
        {
            double goal = Number(cell[prior]) - Share * (Number(cell[prior]) - best[cell[data]]);
            return new StudyRow(cell[data], DataSet.All.Any(set => set.Name == cell[data] && set.IsUnseen), [.. cell[figures..].Select(Number)], Losses(cell) is var losses && losses.Count(value => value <= goal) > losses.Length / 2 ? 1 : 0, cell[verdict], cell[sageMaker]);
        })];

        double[] Losses(string[] cell) => [.. cell[loss..figures].Where(text => text.Length > 0).Select(Number).Select(value => double.IsNaN(value) ? double.PositiveInfinity : value)];
    }

    /// <summary>A row a training: figures of its first steps, and its own outcome from the study.</summary>
    public static IReadOnlyList<StudyRow> ReadSteps(string path, string steps)
    {
        string[] lines = File.ReadAllLines(path), names = lines[0].Split(',');
        int data = Array.IndexOf(names, "data"), prior = Array.IndexOf(names, "prior"), verdict = Array.IndexOf(names, "verdict"), loss = Array.IndexOf(names, "loss1");
        string[][] cells = [.. lines.Skip(1).Select(line => line.Split(','))];
        var best = cells.GroupBy(cell => cell[data]).ToDictionary(group => group.Key, group => group.Min(cell => Enumerable.Range(0, Cells.Seeds).Where(seed => cell[loss + seed].Length > 0).Select(seed => LossOf(cell, seed)).ToArray() is var losses
            ? losses.Order().ElementAt(losses.Length / 2) : 0));
        var byNumber = cells.ToDictionary(cell => cell[0]);
        return [.. File.ReadLines(steps).Skip(1).Select(line => line.Split(',')).Where(row => byNumber.ContainsKey(row[0])).Select(row =>
        {
            string[] cell = byNumber[row[0]];
            double goal = Number(cell[prior]) - Share * (Number(cell[prior]) - best[cell[data]]);
            return new StudyRow(cell[data], DataSet.All.Any(set => set.Name == cell[data] && set.IsUnseen), [.. row[2..].Select(Number)], LossOf(cell, int.Parse(row[1], CultureInfo.InvariantCulture) - 1) <= goal ? 1 : 0, cell[verdict], "");
        })];

        double LossOf(string[] cell, int seed) => Number(cell[loss + seed]) is var value && double.IsNaN(value) ? double.PositiveInfinity : value;
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
