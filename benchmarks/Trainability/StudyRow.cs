using System.Globalization;

namespace Trainability;

/// <summary>A cell of the study with what came of it.</summary>
/// <param name="Learned">1 where most of its seeds learned, else 0.</param>
sealed record StudyRow(string Data, bool IsUnseen, double[] Figures, float Learned, string Verdict, string SageMaker)
{
    /// <summary>A training has learned where it closes a fifth of the gap between the best constant and the best training on its data: few end near there, most at one of the ends.</summary>
    const double Share = 0.2;

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

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
