// Prints docs/benchmarks/initializers.md: what each initializer does to signals and gradients in each activation's networks, and what that means for training.
//
//     dotnet run -c Release --project benchmarks/Initializers > docs/benchmarks/initializers.md      # about half an hour, nearly all of it the trainings
//     dotnet run -c Release --project benchmarks/Initializers -- slopes                              # one part alone: slopes, trainings
//     dotnet run -c Release --project benchmarks/Initializers -- grid auto ReLU                      # auto or another initializer against the textbook, for some activations or all
//     dotnet run -c Release --project benchmarks/Initializers -- blocks ReLU                         # the same in residual networks
//     dotnet run -c Release --project benchmarks/Initializers -- functions                           # from how many features on a start near 0 pays
//     dotnet run -c Release --project benchmarks/Initializers -- prior ReLU Tanh                     # what the prior saves, for some activations or all
using System.Globalization;
using Initializers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["grid", var candidate, .. var activations]:
        Grid.Print(candidate, activations);
        return;
    case ["prior", .. var activations]:
        Grid.PrintPrior(activations);
        return;
    case ["blocks", .. var activations]:
        Grid.PrintBlocks(activations);
        return;
    case ["functions"]:
        Grid.PrintFunctions();
        return;
    case ["features"]:
        SparseFeatures.Print();
        return;
    case ["trainings"]:
        Trainings.Print();
        return;
}
Console.WriteLine("""
    # Initializers: signals, gradients and what they mean for training

    Made by `dotnet run -c Release --project benchmarks/Initializers > docs/benchmarks/initializers.md`.

    """);
Slopes.Print();
if (args is not ["slopes"])
{
    Trainings.Print();
    Console.WriteLine();
    Grid.Print("auto", []);
    Console.WriteLine();
    Grid.PrintBlocks([]);
    Console.WriteLine();
    Grid.PrintFunctions();
    Console.WriteLine();
    SparseFeatures.Print();
}
