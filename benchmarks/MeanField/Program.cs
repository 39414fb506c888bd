// Prints docs/benchmarks/mean-field.md: what the report's theory predicts of networks, against draws of their weights and against trainings.
//
//     dotnet run -c Release --project benchmarks/MeanField > docs/benchmarks/mean-field.md       # about half an hour
//     dotnet run -c Release --project benchmarks/MeanField -- coverage Tanh 10x64                # the bands of one activation or initializer, of networks of one shape; or of all
//     dotnet run -c Release --project benchmarks/MeanField -- moments Tanh 10x64                 # the same with means and deviations, which tell why a band misses
//     dotnet run -c Release --project benchmarks/MeanField -- depth                              # the trainable depth alone
//     dotnet run -c Release --project benchmarks/MeanField -- judgements                         # theory beside trainings alone
using System.Globalization;
using MeanField;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["coverage", .. var chosen]:
        Coverage.Print(chosen);
        break;
    case ["moments", .. var chosen]:
        Coverage.PrintMoments(chosen);
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
