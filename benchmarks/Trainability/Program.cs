using System.Globalization;
using Trainability;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["cells", var first, var count]:
        Cells.Write(int.Parse(first), int.Parse(count));
        break;
    case ["cells", var first, var count, var data]:
        Cells.Write(int.Parse(first), int.Parse(count), data);
        break;
    case ["figures", var first, var count]:
        Cells.WriteFigures(int.Parse(first), int.Parse(count));
        break;
    case ["join", var cells, var figures]:
        Cells.Join(cells, figures);
        break;
    case ["verdicts", var cells, var verdicts]:
        Fit.Verdicts(cells, verdicts);
        break;
    case ["ends", var cells]:
        Cells.WriteEnds(cells);
        break;
    case ["verdicts", var cells, var verdicts, var ends]:
        Fit.Verdicts(cells, verdicts, ends);
        break;
    case ["fit", var cells, var rule]:
        Fit.Run(cells, rule);
        break;
    case ["outcomes"]:
        Gallery.WriteOutcomes();
        break;
    case ["steps", var first, var count]:
        StepCells.Write(int.Parse(first), int.Parse(count));
        break;
    case ["fit-steps", var cells, var steps, var rule]:
        StepFit.Run(cells, steps, rule);
        break;
    case ["remedies", var outcomes]:
        Gallery.WriteRemedies(outcomes);
        break;
    case ["rates", var first, var count]:
        GalleryRates.Write(int.Parse(first), int.Parse(count));
        break;
    case ["join-rates", var rows]:
        GalleryRates.Join(rows);
        break;
    case ["fresh", var first, var count]:
        Fresh.Write(int.Parse(first), int.Parse(count));
        break;
    case ["gallery", var outcomes]:
        Gallery.Print(outcomes);
        break;
    default:
        Console.Error.WriteLine("Trainability cells FIRST COUNT [DATA or INITIALIZER] | figures FIRST COUNT | join CELLS FIGURES | fit CELLS RULE | verdicts CELLS VERDICTS [ENDS] | ends CELLS | outcomes | gallery OUTCOMES | remedies OUTCOMES | rates FIRST COUNT | join-rates ROWS | fresh FIRST COUNT | steps FIRST COUNT | fit-steps CELLS STEPS RULE");
        return 1;
}
return 0;
