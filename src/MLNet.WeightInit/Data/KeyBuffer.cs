using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>Keys of rows in memory, growing.</summary>
/// <param name="columns">Keys a row.</param>
internal sealed class KeyBuffer(int columns)
{
    const int FirstCapacity = 256;

    int[] _keys = [];
    int _count;

    public void Add(ReadOnlySpan<int> keys)
    {
        if (_count + keys.Length > _keys.Length)
            Array.Resize(ref _keys, Math.Max(FirstCapacity * columns, (int)Math.Min(Array.MaxLength, 2L * _keys.Length)));
        keys.CopyTo(_keys.AsSpan(_count));
        _count += keys.Length;
    }

    public TrainingSet AddTo(TrainingSet rows)
    {
        rows.AddKeys(_keys, columns);
        return rows;
    }
}
