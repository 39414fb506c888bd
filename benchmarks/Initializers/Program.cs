// Prints docs/benchmarks/initializers.md: what each initializer does to signals and gradients in each activation's networks, and what that means for training.
//
//     dotnet run -c Release --project benchmarks/Initializers > docs/benchmarks/initializers.md      # about five minutes, nearly all of it the trainings
//     dotnet run -c Release --project benchmarks/Initializers -- slopes                              # without them
using System.Globalization;
using Initializers;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine("""
    # Initializers: signals, gradients and what they mean for training

    Made by `dotnet run -c Release --project benchmarks/Initializers > docs/benchmarks/initializers.md`.

    """);
Slopes.Print();
if (args is not ["slopes"])
    Trainings.Print();
