using Kernels;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Kernels;
using Peers.Measuring;
using Peers.Own;

namespace Peers.Growth;

/// <summary>What the parts of a step cost on this machine, from a few reference networks, none of which is in the tables.</summary>
/// <param name="Peak">Operations a second of the peak probe at the time.</param>
/// <param name="SecondsAByte">Of an update that streams.</param>
/// <param name="Step">Seconds of a step whatever its size.</param>
/// <param name="Layer">Seconds of a layer whatever its size.</param>
/// <param name="Parameter">Seconds of a parameter in a step, whatever the batch, by the bytes of the whole training: its weight is read by three products and transposed, its gradient written, it is updated.</param>
/// <param name="Multiply">Seconds of one multiply-add of the products, by the bytes of the whole training.</param>
/// <param name="Unit">Seconds of one element of one row beside the products, by the bytes of the batch in all layers.</param>
sealed record UnitCosts(double Peak, double SecondsAByte, double Step, double Layer, Ladder Parameter, Ladder Multiply, Ladder Unit)
{
    /// <summary>Floats of each of the bandwidth probe's arrays.</summary>
    const long StreamedFloats = 1 << 20;

    const int Classes = 10;
    const int FewRows = 8, ManyRows = 96, VeryManyRows = 3072;
    const int FewLayers = 2, ManyLayers = 18;

    /// <summary>Trainings of about 0.1, 1, 15 and 240 MB: second-level cache, third-level cache, its end, memory.</summary>
    static readonly int[] s_widths = [48, 160, 640, 2560];

    /// <summary>Of the network whose batch outgrows the caches while its parameters don't.</summary>
    const int MiddleWidth = 160;

    public double SecondsAnOperation => 1 / Peak;

    /// <summary>On a machine that is faster or slower than it was while these were measured.</summary>
    public UnitCosts AtPeak(double peak)
    {
        double factor = Peak / peak;
        return new UnitCosts(peak, SecondsAByte * factor, Step * factor, Layer * factor, Parameter.Times(factor), Multiply.Times(factor), Unit.Times(factor));
    }

    /// <summary>Times the reference networks in turn.</summary>
    public static UnitCosts Measure(int rounds)
    {
        Candidate bandwidth = SimdLevels.Create<BandwidthProbe, Candidate>(SimdLevels.Best, new BandwidthProbe(StreamedFloats));
        Candidate shallow = Training(16, FewLayers, 1), deep = Training(16, ManyLayers, 1), veryMany = Training(MiddleWidth, FewLayers, VeryManyRows);
        Candidate[] few = [.. s_widths.Select(width => Training(width, FewLayers, FewRows))], many = [.. s_widths.Select(width => Training(width, FewLayers, ManyRows))];
        Race race = Race.Run([bandwidth, shallow, deep, veryMany, .. few, .. many], rounds: rounds);
        StepModel[] models = [.. s_widths.Select(width => new StepModel(Problem(width, FewLayers, ManyRows)))];

        double layer = (race.ProcessorSeconds(deep) - race.ProcessorSeconds(shallow)) / (ManyLayers - FewLayers);
        double step = Math.Max(0, race.ProcessorSeconds(shallow) - (FewLayers + 1) * layer);
        double[] aRow = [.. few.Zip(many, (a, b) => (race.ProcessorSeconds(b) - race.ProcessorSeconds(a)) / (ManyRows - FewRows))];
        double unit = UnitCost(models[0], aRow[0], models[1], aRow[1]);
        var parameter = new (double Bytes, double Seconds)[models.Length];
        var multiply = new (double Bytes, double Seconds)[models.Length];
        for (int i = 0; i < models.Length; i++)
        {
            double rest = step + models[i].Layers * layer + FewRows * aRow[i];
            parameter[i] = (models[i].Bytes, Math.Max(0, race.ProcessorSeconds(few[i]) - rest) / models[i].Parameters);
            multiply[i] = (models[i].Bytes, (aRow[i] - models[i].UnitsARow * unit) / models[i].MultipliesARow);
        }

        int middle = Array.IndexOf(s_widths, MiddleWidth);
        double aRowOfVeryMany = (race.ProcessorSeconds(veryMany) - race.ProcessorSeconds(many[middle])) / (VeryManyRows - ManyRows);
        double unitOfVeryMany = (aRowOfVeryMany - models[middle].MultipliesARow * multiply[middle].Seconds) / models[middle].UnitsARow;
        double largeBatch = new StepModel(Problem(MiddleWidth, FewLayers, VeryManyRows)).BatchBytes;
        return new UnitCosts(race.Peak, race.ProcessorSeconds(bandwidth) / bandwidth.Work, step, layer, new Ladder(parameter), new Ladder(multiply),
            new Ladder([(models[middle].BatchBytes, unit), (largeBatch, Math.Max(unit, unitOfVeryMany))]));
    }

    /// <summary>Two rows' costs, each multiplies · x + units · y with the same x and y, solved for y.</summary>
    static double UnitCost(StepModel narrow, double narrowRow, StepModel wide, double wideRow)
        => Math.Max(0, (narrowRow * wide.MultipliesARow - wideRow * narrow.MultipliesARow) / (narrow.UnitsARow * wide.MultipliesARow - wide.UnitsARow * narrow.MultipliesARow));

    static Candidate Training(int width, int layers, int batch) => new OwnTraining(Problem(width, layers, batch)).Candidate();

    static TrainingProblem Problem(int width, int layers, int batch)
        => new(width, [.. Enumerable.Repeat(width, layers)], Classes, NetworkTask.Multiclass, batch, Rows: Math.Max(ManyRows, batch));

    /// <summary>For the report.</summary>
    public override string ToString()
        => $"Unit costs: {Step * 1e6:F2} µs a step, {Layer * 1e6:F2} µs a layer; ns a parameter: {Parameter.Describe(1e-9)}; ps a multiply-add: {Multiply.Describe(1e-12)}; "
            + $"ns a unit and row: {Unit.Describe(1e-9)}. Peak {Peak / 1e9:F1} GFLOP/s, bandwidth {1e-9 / SecondsAByte:F1} GB/s.";
}
