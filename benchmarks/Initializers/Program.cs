// Prints docs/benchmarks/initializers.md: what each initializer does to signals and gradients in each activation's networks, and what that means for training.
//
//     dotnet run -c Release --project benchmarks/Initializers > docs/benchmarks/initializers.md      # about fifteen minutes, nearly all of it the trainings
//     dotnet run -c Release --project benchmarks/Initializers -- slopes                              # one part alone: slopes, trainings
//     dotnet run -c Release --project benchmarks/Initializers -- grid auto ReLU                      # auto or another initializer against the textbook, for some activations or all
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
    SparseFeatures.Print();
}
