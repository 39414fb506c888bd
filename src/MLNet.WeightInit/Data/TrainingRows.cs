using MLNet.WeightInit.Engine.Data;

namespace MLNet.WeightInit;

/// <summary>What was read to train on.</summary>
/// <param name="Set">All rows; a sample of them where they are streamed.</param>
/// <param name="Stream">What is known of rows that are streamed; null: they are in memory.</param>
internal sealed record TrainingRows(TrainingSet Set, StreamSurvey? Stream = null) : IDisposable
{
    public void Dispose() => Stream?.Stream.Dispose();
}
