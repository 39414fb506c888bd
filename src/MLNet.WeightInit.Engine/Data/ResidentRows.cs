namespace MLNet.WeightInit.Engine.Data;

/// <summary>Rows in memory: each epoch shuffles the order that the one before it left.</summary>
internal sealed class ResidentRows : EpochRows
{
    readonly int[] _order;
    readonly long _seed;
    int _next;

    /// <param name="rows">Becomes the order.</param>
    public ResidentRows(BatchGatherer gatherer, int[] rows, long seed) : base(gatherer)
    {
        _order = rows;
        _seed = seed;
        foreach (int row in rows)
            Weight += gatherer.WeightOf(row);
    }

    /// <summary>In the order that the last epoch left.</summary>
    public int[] All => _order;

    public override long Count => _order.Length;
    public override double Weight { get; }

    public override void Begin(int epoch)
    {
        Skip(epoch);
        _next = 0;
    }

    public override void Skip(int epoch) => new RandomSource(_seed, $"shuffle/{epoch}").Shuffle(_order);

    public override ReadOnlySpan<int> Next(int most)
    {
        Span<int> rows = _order.AsSpan(_next, Math.Min(most, _order.Length - _next));
        _next += rows.Length;
        return rows;
    }
}
