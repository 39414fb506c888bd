using System.Globalization;
using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Data;

/// <summary>One reading of a stream, held against the first one: every reading must give the same rows in the same order.</summary>
internal sealed class StreamPass
{
    readonly RowStream _stream;
    readonly StreamPass? _first;
    readonly string _reading;
    readonly RandomSource _numbers;
    readonly List<uint> _marks = [];
    readonly float[] _features;
    readonly int[] _keys;
    Checksum _checksum = new();

    /// <param name="reading">Which reading it is, for messages.</param>
    /// <param name="first">The first reading, ended; null: this is it.</param>
    public StreamPass(RowStream stream, long seed, string reading, StreamPass? first)
    {
        _stream = stream;
        _first = first;
        _reading = reading;
        _numbers = new RandomSource(seed, "stream/validation");
        _features = new float[stream.FeatureCount];
        _keys = new int[stream.KeyColumns];
        stream.Restart(reading);
    }

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Of the rows so far.</summary>
    public uint Checksum => _checksum.Value;

    /// <summary>A random number that is the row's in every reading: says whether it validates.</summary>
    public uint Number { get; private set; }

    public ReadOnlySpan<float> Features => _features;
    public ReadOnlySpan<float> Targets => _stream.TargetsAreFeatures ? _features : _stream.Labels;
    public ReadOnlySpan<int> Keys => _keys;
    public float Weight => _stream.Weight;

    /// <exception cref="InvalidOperationException">The rows are others than in the first reading.</exception>
    public bool MoveNext()
    {
        if (!_stream.MoveNext())
        {
            if (_first is not null && (Rows != _first.Rows || Checksum != _first.Checksum))
                throw Differs(Rows != _first.Rows ? Count(Rows) : "had another checksum");
            return false;
        }
        _stream.CopyFeatures(_features);
        _stream.ReadKeys().CopyTo(_keys);
        _checksum.Add(_features);
        _checksum.Add(_stream.Labels);
        _checksum.Add(_keys);
        _checksum.Add([_stream.Weight]);
        Rows++;
        Number = _numbers.NextUInt32();
        if (long.IsPow2(Rows))
            Mark();
        if (_first is not null && Rows > _first.Rows)
            throw Differs($"had more than {Count(_first.Rows)[4..]}");
        return true;
    }

    /// <summary>A checksum after 1, 2, 4, … rows, so that rows in another order are noticed long before the end.</summary>
    void Mark()
    {
        if (_first is null)
            _marks.Add(Checksum);
        else if (_first._marks.Count is var known && long.Log2(Rows) is var mark && mark < known && _first._marks[(int)mark] != Checksum)
            throw Differs(Rows == 1 ? "began with another row" : string.Create(CultureInfo.InvariantCulture, $"had other rows, or the same in another order, among the first {Rows:N0}"));
    }

    static string Count(long rows) => string.Create(CultureInfo.InvariantCulture, $"had {rows:N0} usable rows");

    InvalidOperationException Differs(string how)
        => new($"Data that are streamed are read anew for each epoch and must be the same each time, and {_reading} {how}, where the first reading {Count(_first!.Rows)}. "
            + "Let nothing change the source while it trains. A database query has no fixed order without ORDER BY; where a transform draws anew for each reading, save its rows first with mlContext.Data.SaveAsBinary.");
}
