using Kernels;
using MLNet.WeightInit.Engine.Data;
using Peers.Own;

namespace Peers.Growth;

/// <summary>How time and memory grow with width, depth, batch and rows, beside the model.</summary>
static class GrowthTables
{
    /// <summary>Returns how many series did not grow as predicted.</summary>
    /// <param name="folder">Takes a plot of each series; null: none.</param>
    public static int Print(string? folder)
    {
        UnitCosts costs = UnitCosts.Measure(Series.Rounds);
        Console.WriteLine(costs);
        GC.Collect();
        Func<Series>[] all =
        [
            () => Steps("width", "64-w-w-10, batch 64", [32, 64, 128, 256, 512, 1024, 2048, 4096],
                width => new TrainingProblem(64, [width, width], 10, NetworkTask.Multiclass, 64)),
            () => Steps("depth", "layers of 64, batch 64", [1, 2, 5, 10, 20, 50, 100, 200],
                depth => new TrainingProblem(64, [.. Enumerable.Repeat(64, depth)], 10, NetworkTask.Multiclass, 64)),
            () => Steps("batch", "64-256-256-10", [1, 4, 16, 64, 256, 1024, 4096],
                batch => new TrainingProblem(64, [256, 256], 10, NetworkTask.Multiclass, batch)),
            () => FitOfRows.Create([1_000, 10_000, 100_000, 1_000_000]),
        ];
        int surprises = 0;
        foreach (Func<Series> create in all)
        {
            MeasuredSeries series = create().Measure(costs);
            series.Print();
            if (folder is not null)
                GrowthPlot.Save(series, folder);
            surprises += series.IsAsPredicted ? 0 : 1;
            GC.Collect();
        }
        return surprises;
    }

    static Series Steps(string name, string constant, int[] sizes, Func<int, TrainingProblem> problem)
        => new(name, constant, "a step", [.. sizes.Select(size => Step(size, problem(size)))]);

    static Series.Point Step(int size, TrainingProblem problem)
    {
        var model = new StepModel(problem);
        return new Series.Point(size, () => Prepare(problem), model.Seconds, model.FloorSeconds, model.Bytes + (double)sizeof(int) * problem.Rows);
    }

    /// <summary>The memory is what a training holds beside its rows, whose numbers count.</summary>
    static (Candidate Call, double Bytes) Prepare(TrainingProblem problem)
    {
        _ = problem.Data;
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Candidate call = new OwnTraining(problem).Candidate();
        return (call, GC.GetTotalMemory(forceFullCollection: true) - before);
    }
}
