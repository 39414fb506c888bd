using Kernels;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Onnx;
using MLNet.WeightInit;
using Peers.Fitting;
using Peers.Measuring;
using Peers.Onnx;

namespace Peers.Rows;

/// <summary>ML.NET pipelines from rows to scores and from rows to a model, as their users run them.</summary>
static class PipelineRows
{
    const int Rounds = 15;
    const int ScoredRows = 100_000;
    const int FitEpochs = 30;

    public static IEnumerable<Row> Measure() => [Transform(), .. BlockScoringRows.Measure(), PredictionEngineRow.Measure(), Fit()];

    static Row Transform()
    {
        string work = $"Transform of {ScoredRows:N0} × {FeatureRow.Features} rows by 30-64-32-1";
        Row Result(double? figure, string details) => new(work, "ApplyOnnxModel", Unit.Factor, 5, 3, figure, details);
        if (RuntimeScoring.Failure is { } failure)
            return Result(null, failure);
        var context = new MLContext(seed: 1);
        IDataView rows = context.Data.LoadFromEnumerable(FeatureRow.Noise(ScoredRows));
        ITransformer own = context.Regression.Trainers.NeuralNet(new NeuralNetOptions { HiddenLayers = [64, 32], NumberOfEpochs = 1, NumberOfThreads = 1 }).Fit(rows);
        IDataView featuresOnly = context.Transforms.SelectColumns("Features").Fit(rows).Transform(rows);
        string file = Path.GetTempFileName();
        try
        {
            using (FileStream stream = File.Create(file))
                context.Model.ConvertToOnnx(own, featuresOnly, stream);
            ITransformer onnx = context.Transforms.ApplyOnnxModel(new OnnxOptions
            {
                ModelFile = file, InputColumns = ["Features"], OutputColumns = ["Score.output"], IntraOpNumThreads = 1, InterOpNumThreads = 1,
            }).Fit(featuresOnly);
            double ourSum = SumOfScores(own.Transform(featuresOnly)), theirSum = SumOfVectors(onnx.Transform(featuresOnly));
            if (Math.Abs(ourSum - theirSum) > 1e-4 * ScoredRows)
                return Result(null, $"the two don't do the same work: the scores' sum is {ourSum:G6} here and {theirSum:G6} there");
            Candidate ours = new("this library", 0, () => SumOfScores(own.Transform(featuresOnly)));
            Candidate theirs = new("ApplyOnnxModel", 0, () => SumOfVectors(onnx.Transform(featuresOnly)));
            Race race = Race.Run([ours, theirs], rounds: Rounds);
            return Result(race.ProcessorRatio(theirs, ours), $"{race.ProcessorSeconds(ours) * 1e3:F0} ms against {race.ProcessorSeconds(theirs) * 1e3:F0}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static double SumOfScores(IDataView scored)
    {
        DataViewSchema.Column column = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<float> getter = cursor.GetGetter<float>(column);
        double sum = 0;
        float value = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            sum += value;
        }
        return sum;
    }

    /// <summary>ONNX Runtime's scores are tensors of one value a row.</summary>
    static double SumOfVectors(IDataView scored)
    {
        DataViewSchema.Column column = scored.Schema["Score"];
        using DataViewRowCursor cursor = scored.GetRowCursor([column]);
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        double sum = 0;
        VBuffer<float> value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            sum += value.GetValues()[0];
        }
        return sum;
    }

    static Row Fit()
    {
        string work = $"Fit of the digits pipeline, {FitEpochs} epochs";
        Row Result(double? figure, string details) => new(work, "scikit-learn", Unit.Factor, 10, 6, figure, details);
        using ScikitLearn? peer = ScikitLearn.Start();
        if (peer is null)
            return Result(null, "no Python with scikit-learn; on Debian: apt-get install python3-sklearn libopenblas0-pthread");
        DigitsPipeline ours = new(FitEpochs);
        double loss = ours.Fit();
        double theirLoss = peer.Fit().Loss;
        var own = new double[Rounds];
        var other = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            own[round] = Race.ProcessorSecondsOf(() => ours.Fit());
            other[round] = peer.Fit().ProcessorSeconds;
        }
        return Result(Race.Median(other.Zip(own, (theirs, mine) => theirs / mine)),
            $"{Race.Median(own) * 1e3:F0} ms against {Race.Median(other) * 1e3:F0}, one thread each; last epoch's loss {loss:F4} and {theirLoss:F4}; {peer.Version}");
    }
}
