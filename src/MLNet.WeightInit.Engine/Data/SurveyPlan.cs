namespace MLNet.WeightInit.Engine.Data;

/// <summary>What the first reading of a stream is to keep.</summary>
internal sealed record SurveyPlan
{
    public required NetworkTask Task { get; init; }
    public required int Outputs { get; init; }
    public required long Seed { get; init; }

    /// <summary>Rows that may be in memory at once; at least 1.</summary>
    public required int PoolRows { get; init; }

    /// <summary>What is read, for messages.</summary>
    public string Reading { get; init; } = "the first reading";

    /// <summary>Share of the rows that validate; 0: none; null: a tenth and at most <see cref="MostValidationRows"/>, where there are at least <see cref="FewestRowsForValidation"/>.</summary>
    public float? ValidationFraction { get; init; }

    public int MostValidationRows { get; init; } = int.MaxValue;
    public int FewestRowsForValidation { get; init; }

    /// <summary>Where several labels are: the column and the number of classes of each, 0 for one without classes. Empty for one label.</summary>
    public IReadOnlyList<(int Column, int Classes)> Heads { get; init; } = [];

    /// <summary>Called once a row; may throw to end the reading.</summary>
    public Action? CheckAlive { get; init; }

    /// <summary>Rows that validate and are kept in memory, at most; the pool's come on top of it.</summary>
    public int ValidationCapacity => Math.Max(1, PoolRows / 8);

    /// <summary>Classes of a label that is a class; 0 for others.</summary>
    public int Classes => !ValidationSplit.IsByClass(Task) ? 0 : Task == NetworkTask.Binary ? 2 : Outputs;
}
