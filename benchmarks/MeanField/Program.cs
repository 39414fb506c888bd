// Prints docs/benchmarks/mean-field.md: what the report's theory predicts of networks, against draws of their weights and against trainings.
//
//     dotnet run -c Release --project benchmarks/MeanField > docs/benchmarks/mean-field.md       # about half an hour
//     dotnet run -c Release --project benchmarks/MeanField -- coverage Tanh                      # the bands of one activation or initializer alone, or of all
//     dotnet run -c Release --project benchmarks/MeanField -- depth                              # the trainable depth alone
//     dotnet run -c Release --project benchmarks/MeanField -- judgements                         # theory beside trainings alone
using System.Globalization;
using MeanField;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["coverage", .. var activations]:
        Coverage.Print(activations);
        break;
    case ["depth"]:
        TrainableDepth.Print();
        break;
    case ["judgements"]:
        Judgements.Print();
        break;
    default:
        Console.WriteLine("""
            # Mean-field theory against draws and trainings

            Made by `dotnet run -c Release --project benchmarks/MeanField > docs/benchmarks/mean-field.md`.

            """);
        Coverage.Print([]);
        TrainableDepth.Print();
        Judgements.Print();
        break;
}
