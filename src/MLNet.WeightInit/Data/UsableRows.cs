using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Training.Losses;

namespace MLNet.WeightInit;

/// <summary>One reading of a data view: its usable rows in order, the others counted.</summary>
internal sealed class UsableRows : IDisposable
{
    readonly IHost _host;
    readonly NeuralNetOptions _options;
    readonly Loss? _loss;
    readonly FeatureFloatVectorCursor _cursor;
    readonly TargetGetter _getLabels;
    readonly KeyReader _keys;
    readonly Predicate<float> _isMissing;
    readonly CancellationToken _cancellationToken;
    readonly Func<Exception, Exception> _describe;

    /// <param name="labelColumns">Values of the label that a row has; 0 for an autoencoder, which learns the features.</param>
    /// <param name="purpose">What the rows are for, in words: <c>training</c>.</param>
    /// <param name="cancellationToken">Ends the reading with an exception.</param>
    /// <param name="describe">Makes the exception to throw of what the data view throws.</param>
    public UsableRows(IHost host, NeuralNetOptions options, Loss? loss, NetworkTask task, int outputs, int labelColumns, RoleMappedData data, string purpose, CancellationToken cancellationToken,
        Func<Exception, Exception> describe)
    {
        _host = host;
        _options = options;
        _loss = loss;
        _cancellationToken = cancellationToken;
        _describe = describe;
        int featureCount = 0;                                  // where the network reads categorical columns only
        if (options.FeatureColumnName is not null)
            data.CheckFeatureFloatVector(out featureCount);
        data.CheckOptFloatWeight();
        FeatureCount = featureCount;
        IsWeighted = data.Schema.Weight.HasValue;
        Labels = new float[labelColumns];
        Audit = new RowAudit(data.Schema, featureCount, purpose, fillsMissing: options.MissingValues == MissingValues.MeanWithIndicator);
        // Keys arrive from 0, missing ones as NaN; a key column may hold values above its own count.
        _isMissing = task == NetworkTask.Multiclass ? label => !(label >= 0 && label < outputs) : label => !float.IsFinite(label);
        // Bad rows are let through to be counted by kind and slot; ML.NET's own cursors only count them.
        DataViewSchema.Column[] keyColumns = MLNet.WeightInit.KeyColumns.Find(host, data.Schema.Schema, options);
        var cursors = new FeatureFloatVectorCursor.Factory(data, (options.FeatureColumnName is null ? 0 : CursOpt.AllFeatures) | CursOpt.AllLabels | CursOpt.AllWeights);
        int[] keyIndices = [.. keyColumns.Select(column => column.Index)];
        // A set of one cursor reads on this thread; a cursor by itself may have threads of its own.
        _cursor = options.NumberOfThreads == 1 ? cursors.CreateSet(1, null, keyIndices)[0] : cursors.Create(null, keyIndices);
        try
        {
            _keys = new KeyReader(_cursor.Row, keyColumns);
            KeyColumns = keyColumns.Length;
            _getLabels = options.IsAutoencoder ? _ => { } : TargetGetters.Create(_cursor.Row, data.Schema.Label!.Value);
        }
        catch
        {
            _cursor.Dispose();
            throw;
        }
    }

    public int FeatureCount { get; }
    public bool IsWeighted { get; }
    public int KeyColumns { get; }
    public RowAudit Audit { get; }

    /// <summary>Of the row.</summary>
    public ref readonly VBuffer<float> Features => ref _cursor.Features;

    /// <summary>Of the row.</summary>
    public float[] Labels { get; }

    /// <summary>Of the row.</summary>
    public float Weight => _cursor.Weight;

    /// <summary>Of the row, until the next call.</summary>
    public ReadOnlySpan<int> ReadKeys()
    {
        try
        {
            return _keys.Read();
        }
        catch (Exception exception) when (IsOfDataView(exception))
        {
            throw _describe(exception);
        }
    }

    /// <summary>Goes to the next usable row; false after the last.</summary>
    /// <exception cref="InvalidOperationException">A row can't be used, and the options or the loss don't let it be skipped.</exception>
    public bool MoveNext()
    {
        while (TryRead())
        {
            _host.CheckAlive();
            if (_cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException("Training was cancelled while its rows were read: there is no model yet.", _cancellationToken);
            if (_cursor.Features.Length != FeatureCount)
                throw Refuse(Audit.DescribeLength(_cursor.Features.Length));
            if (Audit.Accepts(in _cursor.Features, Labels, Array.FindIndex(Labels, _isMissing), _cursor.Weight))
            {
                for (int slot = 0; slot < Labels.Length && _loss is not null; slot++)
                    if (Labels[slot] < _loss.LowestLabelOf(slot))
                        throw Refuse(Audit.DescribeLabelBelow(_loss.LowestLabelOf(slot), Labels[slot], _loss.Name));
                if (_loss is not null && _options.IsAutoencoder && AutoencoderChecks.FirstBelow(in _cursor.Features, _loss.LowestLabel) is { } tooLow)
                    throw Refuse(Audit.DescribeLabelBelow(_loss.LowestLabel, tooLow, _loss.Name));
                return true;
            }
            if (_options.MissingValues == MissingValues.Throw)
                throw Refuse(Audit.DescribeLast());
        }
        return false;
    }

    /// <summary>What is to be said of the bad rows, when all have been read; null where there are none.</summary>
    /// <exception cref="InvalidOperationException">Most rows are bad.</exception>
    public string? DescribeBadRows()
    {
        if (Audit.MostAreBad)
            throw Refuse(Audit.DescribeAll(skipped: false));
        return Audit.BadRows > 0 ? Audit.DescribeAll(skipped: true) : null;
    }

    public void Dispose() => _cursor.Dispose();

    bool TryRead()
    {
        try
        {
            if (!_cursor.MoveNext())
                return false;
            _getLabels(Labels);
            return true;
        }
        catch (LabelLengthException exception)
        {
            throw Refuse(exception.Message);
        }
        catch (Exception exception) when (IsOfDataView(exception))
        {
            throw _describe(exception);
        }
    }

    static bool IsOfDataView(Exception exception) => DataFailure.CauseOf(exception) is not OperationCanceledException;

    Exception Refuse(string message) => _host.Process(new InvalidOperationException(message));
}
