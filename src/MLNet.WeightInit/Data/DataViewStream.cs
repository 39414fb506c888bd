using System.Globalization;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>A data view as rows that can be read again.</summary>
internal sealed class DataViewStream : RowStream
{
    /// <summary>Rows between two looks at the clock.</summary>
    const int RowsALook = 1 << 14;

    static readonly TimeSpan s_lineInterval = TimeSpan.FromMinutes(1);

    readonly Func<CancellationToken, Func<Exception, Exception>, UsableRows> _open;
    readonly IChannel _channel;
    readonly NeuralNetOptions _options;
    UsableRows _rows;
    string _reading = "";
    long _read;
    Func<TimeSpan>? _clock;
    TimeSpan _lastLine;
    bool _isFirst = true;

    /// <param name="open">Opens a reading; the token ends it with an exception, and the function makes one of what the data view throws.</param>
    public DataViewStream(IChannel channel, NeuralNetOptions options, int labelColumns, Func<CancellationToken, Func<Exception, Exception>, UsableRows> open)
    {
        _channel = channel;
        _options = options;
        _open = open;
        // There is no model yet that a cancelled reading could give. In epochs the training asks, row by row.
        _rows = open(options.CancellationToken, Describe);
        LabelColumns = labelColumns;
        FeatureCount = _rows.FeatureCount;
        IsWeighted = _rows.IsWeighted;
        KeyColumns = _rows.KeyColumns;
    }

    public override int FeatureCount { get; }
    public override int LabelColumns { get; }
    public override bool IsWeighted { get; }
    public override int KeyColumns { get; }
    public override ReadOnlySpan<float> Labels => _rows.Labels;
    public override float Weight => _rows.Weight;

    public override void Restart(string reading)
    {
        _reading = reading;
        _read = 0;
        if (_clock is null)
        {
            _clock = TrainingClock.Start();
            return;
        }
        _rows.Dispose();
        _isFirst = false;
        _rows = _open(CancellationToken.None, Describe);
    }

    /// <exception cref="InvalidOperationException">The data view failed, or a row can't be used.</exception>
    public override bool MoveNext()
    {
        if (!_rows.MoveNext())
        {
            if (_isFirst && _rows.DescribeBadRows() is { } warning)
                _channel.Warning(warning);
            return false;
        }
        if (++_read % RowsALook == 0 && _isFirst && _clock!() - _lastLine is var passed && passed >= s_lineInterval)
        {
            _channel.Info("First reading: {0} rows.", _read.ToString("N0", CultureInfo.InvariantCulture));
            _lastLine += passed;
        }
        return true;
    }

    public override ReadOnlySpan<int> ReadKeys() => _rows.ReadKeys();

    public override void CopyFeatures(Span<float> destination) => _rows.Features.CopyTo(destination);

    public override void Dispose() => _rows.Dispose();

    InvalidOperationException Describe(Exception exception) => DataFailure.Describe(exception, $"in {_reading} of a streamed training", _read, _options.CheckpointPath is { } checkpoint
        ? $"The checkpoint '{checkpoint}' holds the epochs that ended before, where there are any: mend the source, and call Fit again to go on from there."
        : "Mend the source; with a CheckpointPath the epochs that ended before would have been kept.");
}
