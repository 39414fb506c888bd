// Prints docs/benchmarks/initializers.md: what each initializer does to signals and gradients in each activation's networks, and what that means for training.
//
//     dotnet run -c Release --project benchmarks/Initializers > docs/benchmarks/initializers.md      # about five minutes, nearly all of it the trainings
//     dotnet run -c Release --project benchmarks/Initializers -- slopes                              # without them
//     dotnet run -c Release --project benchmarks/Initializers -- grid looks_linear ReLU              # another initializer than auto against the textbook, for some activations or all
using System.Globalization;
using Initializers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["grid", var candidate, .. var activations])
{
    Grid.Print(candidate, activations);
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
    Grid.Print("auto", []);
}
