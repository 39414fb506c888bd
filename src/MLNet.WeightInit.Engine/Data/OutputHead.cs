using System.Globalization;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>A share of a network's outputs that has a task of its own.</summary>
/// <param name="Name">Of its label.</param>
/// <param name="Task">Any but <see cref="NetworkTask.Heads"/>.</param>
/// <param name="Outputs">Of the network, from the end of the head before it on.</param>
/// <param name="TargetColumns">Numbers that its label has: as many as outputs, or 1 for classes and for quantiles.</param>
internal sealed record OutputHead(string Name, NetworkTask Task, int Outputs, int TargetColumns)
{
    /// <summary>Outputs are logarithms of what is predicted.</summary>
    public bool IsExponential { get; init; }

    /// <summary>Of quantiles, ascending, one an output: the share of labels below it.</summary>
    public IReadOnlyList<double> Levels { get; init; } = [];

    /// <summary>All that another head must have to take over this one's weights.</summary>
    public override string ToString()
    {
        string what = Task == NetworkTask.Quantiles ? string.Join(" ", Levels.Select(level => level.ToString("R", CultureInfo.InvariantCulture))) : Outputs.ToString(CultureInfo.InvariantCulture);
        return $"{(Name.Length > 0 ? $"'{Name}' " : "")}{Task} {what}{(IsExponential ? " logarithm" : "")}";
    }
}
