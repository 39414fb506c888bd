using System.Globalization;
using MLNet.WeightInit;
using MLNet.WeightInit.Engine;
using MLNet.WeightInit.Engine.Diagnostics.Trainability;
using MLNet.WeightInit.Engine.Training;

namespace Trainability;

/// <summary>Trains the first 20 steps of cells, each seed by itself, and writes their figures: what came of them is in the study's table.</summary>
static class StepCells
{
    public static readonly string Header = $"cell,seed,{string.Join(',', StepFigures.Names.Select(name => "f_" + name.Replace(' ', '_')))}";

    public static void Write(int first, int count)
    {
        if (first == 0)
            Console.WriteLine(Header);
        foreach (Cell cell in Enumerable.Range(first, count).Select(Cell.Draw))
            for (int seed = 1; seed <= cell.Seeds; seed++)
                if (Figures(cell, seed) is { Count: > 0 } figures)
                    Console.WriteLine($"{cell.Index},{seed},{string.Join(',', figures.Select(figure => figure.ToString("G5", CultureInfo.InvariantCulture)))}");
    }

    /// <summary>Null where the initializer has no answer for the activation.</summary>
    static IReadOnlyList<double>? Figures(Cell cell, int seed)
    {
        try
        {
            return NetworkTrainer.Train(cell.Data.Rows, cell.Options(seed) with { MaximumSteps = EarlySteps.Most }).Initialization.EarlyTraining!.StepFigures;
        }
        catch (NonFiniteTrainingException exception)
        {
            return exception.Initialization.EarlyTraining!.StepFigures;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
